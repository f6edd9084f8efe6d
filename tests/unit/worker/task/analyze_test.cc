#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "tests/unit/worker/task/task_fixture.h"

namespace longtake::worker {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class AnalyzeTest : public TaskTest {
 protected:
  StatusOr<AnalyzeAudioResult> Audio(const std::vector<int16_t>& samples,
                                     FrameRate rate = {30, 1}) {
    AnalyzeAudioTask task;
    task.audio = Put(WavBytes(samples), "talk.wav");
    task.rate = rate;
    return Run<AnalyzeAudioResult>(engine_, task);
  }
  StatusOr<AnalyzePortraitResult> Portrait(const InputFile& file, int width) {
    AnalyzePortraitTask task;
    task.portrait = file;
    task.width = width;
    task.height = 64;
    return Run<AnalyzePortraitResult>(engine_, task);
  }
  SyntheticEngine engine_;
};

TEST_F(AnalyzeTest, AudioHasExactFactsAndFrames) {
  for (const FrameRate rate :
       {FrameRate{30, 1}, FrameRate{24000, 1001}, FrameRate{60000, 1001}}) {
    for (const int64_t samples : {int64_t{1}, int64_t{735}, int64_t{736},
                                  int64_t{kWavRateHz} * 3 + 17}) {
      const auto result = Audio(Tone(samples), rate);
      ASSERT_TRUE(result.ok()) << result.status();
      EXPECT_EQ(result->facts.samples, samples);
      EXPECT_EQ(result->facts.sample_rate_hz, kWavRateHz);
      EXPECT_EQ(result->facts.channels, 1);
      EXPECT_EQ(result->total_frames,
                FramesForSamples(samples, kWavRateHz, rate));
      EXPECT_EQ(result->loudness.size_bytes, result->total_frames);
      EXPECT_EQ(Bytes(result->pcm).size() % 2, 0u);
    }
  }
}

TEST_F(AnalyzeTest, LoudnessFollowsTheSound) {
  std::vector<int16_t> samples = Tone(kWavRateHz * 2);
  std::fill(samples.begin() + kWavRateHz, samples.end(), 0);
  const auto result = Audio(samples);
  ASSERT_TRUE(result.ok()) << result.status();
  const std::string loudness = Bytes(result->loudness);
  ASSERT_EQ(loudness.size(), 60u);
  EXPECT_GT(static_cast<uint8_t>(loudness[15]), 100);
  EXPECT_EQ(static_cast<uint8_t>(loudness[45]), 0);
  EXPECT_THAT(last_.warnings, IsEmpty());
}

TEST_F(AnalyzeTest, SameAudioGivesTheSameBlobs) {
  const auto a = Audio(Tone(50000));
  const auto b = Audio(Tone(50000));
  ASSERT_TRUE(a.ok() && b.ok());
  EXPECT_EQ(a->pcm, b->pcm);
  EXPECT_EQ(a->loudness, b->loudness);
}

TEST_F(AnalyzeTest, WarnsOfSilenceOfQuietAndOfClippedSound) {
  ASSERT_TRUE(Audio(std::vector<int16_t>(30000, 0)).ok());
  EXPECT_THAT(last_.warnings, ElementsAre(HasSubstr("talk.wav is silent")));

  ASSERT_TRUE(Audio(Tone(30000, 0.004)).ok());
  EXPECT_THAT(last_.warnings, ElementsAre(HasSubstr("talk.wav is very quiet")));

  std::vector<int16_t> clipped = Tone(60000, 0.9);
  for (int16_t& s : clipped) s = s > 0 ? 32767 : -32768;
  ASSERT_TRUE(Audio(clipped).ok());
  EXPECT_THAT(last_.warnings, ElementsAre(HasSubstr("talk.wav is clipped")));
}

TEST_F(AnalyzeTest, FileWithoutSoundIsRefusedByName) {
  for (const std::string& bytes : {std::string("not sound"), WavBytes({})}) {
    AnalyzeAudioTask task;
    task.audio = Put(bytes, "talk.wav");
    const auto result = Run<AnalyzeAudioResult>(engine_, task);
    EXPECT_EQ(result.status().code(), StatusCode::kInvalidArgument);
    EXPECT_THAT(Message(result.status()), HasSubstr("talk.wav"));
  }
}

TEST_F(AnalyzeTest, MissingBlobIsTriedAgain) {
  AnalyzeAudioTask task;
  task.audio.blob.sha256 = std::string(64, 'd');
  task.audio.blob.size_bytes = 9;
  const auto result = Run<AnalyzeAudioResult>(engine_, task);
  EXPECT_EQ(result.status().code(), StatusCode::kUnavailable);
}

// The store finds it out by the digest before anything is decoded.
TEST_F(AnalyzeTest, DamagedInputIsDataLossAndNothingIsMade) {
  AnalyzeAudioTask task;
  task.audio = Put(WavBytes(Tone(1000)), "talk.wav");
  const std::string& sha256 = task.audio.blob.sha256;
  std::fstream file(
      directory_.Join("store/blobs/" + sha256.substr(0, 2) + "/" + sha256),
      std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(500);
  file.put('x');
  file.close();
  const auto result = Run<AnalyzeAudioResult>(engine_, task);
  EXPECT_EQ(result.status().code(), StatusCode::kDataLoss);
  EXPECT_THAT(Message(result.status()), HasSubstr("was damaged"));
}

TEST_F(AnalyzeTest, StopIsHonoured) {
  stop_.request_stop();
  EXPECT_EQ(Audio(Tone(1000)).status().code(), StatusCode::kCancelled);
}

TEST_F(AnalyzeTest, PortraitBecomesAnIdentity) {
  const auto result = Portrait(PutPortrait(), 128);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_THAT(last_.warnings, ElementsAre(HasSubstr("only 80 pixels wide")));
  EXPECT_TRUE(engine_.OpenRenderer(Bytes(result->identity)).ok());
}

TEST_F(AnalyzeTest, PortraitWithoutAFaceOrPictureIsRefusedByName) {
  Image flat(32, 32);
  const std::string path = directory_.Join("flat.png");
  ASSERT_TRUE(WritePng(flat, path).ok());
  std::ifstream in(path, std::ios::binary);
  const std::string png{std::istreambuf_iterator<char>(in), {}};
  for (const std::string& bytes : {png, std::string("no picture")}) {
    const auto result = Portrait(Put(bytes, "me.png"), 64);
    EXPECT_EQ(result.status().code(), StatusCode::kInvalidArgument);
    EXPECT_THAT(Message(result.status()), HasSubstr("me.png"));
  }
}

}  // namespace
}  // namespace longtake::worker
