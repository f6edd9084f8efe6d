#include "worker/mux/take_muxer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>

#include "common/media_time/media_time.h"
#include "tests/unit/worker/mux/take_fixture.h"
#include "worker/encode/yuv_converter.h"

namespace longtake::worker {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

SoundSpec Wav(int64_t samples, int rate = 48000) {
  return {.muxer = "wav",
          .rate = rate,
          .samples = samples,
          .wave = Clicks({rate / 4}, rate)};
}

struct RateCase {
  FrameRate rate;
  const char* name;
};
class FrameRatesTest : public TakeMuxerTest,
                       public ::testing::WithParamInterface<RateCase> {};

TEST_P(FrameRatesTest, EveryFrameIsThereAtItsExactTime) {
  const FrameRate rate = GetParam().rate;
  const int64_t frames = 131;
  MakeSound(Wav(SampleAtFrame(frames, 48000, rate) - 700));
  ASSERT_EQ(FramesForSamples(inputs_.audio.samples, 48000, rate), frames);
  MakeChunks(rate, {1, 3, 50, 131});
  const auto take = Mux();
  ASSERT_TRUE(take.ok()) << take.status();
  EXPECT_EQ(take->frames, frames);
  EXPECT_EQ(take->bytes, std::ssize(ReadBytes(dir_.Path("take.mp4"))));

  const DecodedVideo video = DecodeVideo(dir_.Path("take.mp4"));
  EXPECT_EQ(video.time_base.num, 1);
  EXPECT_EQ(video.time_base.den, rate.num);
  EXPECT_EQ(video.duration, frames * rate.den);
  ASSERT_EQ(std::ssize(video.frames), frames);
  for (int64_t f = 0; f < frames; ++f) {
    EXPECT_EQ(video.pts[static_cast<size_t>(f)], f * rate.den);
    EXPECT_EQ(video.frames[static_cast<size_t>(f)],
              *ConvertToYuv420(Picture(f)))
        << f;
  }
  for (const int64_t cut : {0, 1, 3, 50}) {
    EXPECT_THAT(video.keyframes, ::testing::Contains(cut * rate.den));
  }
}

INSTANTIATE_TEST_SUITE_P(All, FrameRatesTest,
                         ::testing::Values(RateCase{{24000, 1001}, "R23976"},
                                           RateCase{{25, 1}, "R25"},
                                           RateCase{{30, 1}, "R30"},
                                           RateCase{{30000, 1001}, "R2997"},
                                           RateCase{{60, 1}, "R60"},
                                           RateCase{{60000, 1001}, "R5994"}),
                         [](const auto& i) { return i.param.name; });

TEST_F(TakeMuxerTest, LossyChunksWithReorderedFramesAlsoKeepTheirTimes) {
  MakeSound(Wav(48000 * 3));
  MakeChunks({30, 1}, {1, 2, 4, 41, 90}, 23);
  ASSERT_TRUE(Mux().ok());
  const DecodedVideo video = DecodeVideo(dir_.Path("take.mp4"));
  ASSERT_EQ(video.frames.size(), 90u);
  for (int64_t f = 0; f < 90; ++f) {
    EXPECT_EQ(video.pts[static_cast<size_t>(f)], f);
  }
}

TEST_F(TakeMuxerTest, HoweverTheJobIsCutTheFramesAreTheSame) {
  MakeSound(Wav(48000 * 2));
  std::vector<YuvFrame> reference;
  const std::vector<std::vector<int64_t>> all_cuts = {
      {60}, {7, 13, 29, 31, 43, 47, 60}, {59, 60}};
  for (const auto& cuts : all_cuts) {
    MakeChunks({30, 1}, cuts);
    ASSERT_TRUE(Mux().ok());
    DecodedVideo video = DecodeVideo(dir_.Path("take.mp4"));
    ASSERT_EQ(video.frames.size(), 60u);
    if (reference.empty()) reference = video.frames;
    EXPECT_EQ(video.frames, reference);
  }
}

TEST_F(TakeMuxerTest, SameInputsGiveTheSameBytes) {
  MakeSound(Wav(48000));
  MakeChunks({30, 1}, {11, 30}, 23);
  inputs_.tag = "abc";
  ASSERT_TRUE(Mux("a.mp4").ok());
  ASSERT_TRUE(Mux("b.mp4").ok());
  const std::string bytes = ReadBytes(dir_.Path("a.mp4"));
  EXPECT_EQ(bytes, ReadBytes(dir_.Path("b.mp4")));
  EXPECT_THAT(bytes, ::testing::Not(HasSubstr("Lav")));
  EXPECT_THAT(bytes, ::testing::Not(HasSubstr("chunk_")));
}

TEST_F(TakeMuxerTest, MoovComesFirst) {
  MakeSound(Wav(48000));
  MakeChunks({30, 1}, {30});
  ASSERT_TRUE(Mux().ok());
  const std::string bytes = ReadBytes(dir_.Path("take.mp4"));
  EXPECT_LT(bytes.find("moov"), bytes.find("mdat"));
}

TEST_F(TakeMuxerTest, TagIsReadBack) {
  MakeSound(Wav(48000));
  MakeChunks({30, 1}, {30});
  inputs_.tag = std::string(64, 'a');
  ASSERT_TRUE(Mux().ok());
  EXPECT_EQ(*ReadTakeTag(dir_.Path("take.mp4")), std::string(64, 'a'));
  EXPECT_EQ(*ReadTakeTag(dir_.Path("sound")), "");
  EXPECT_EQ(*ReadTakeTag(dir_.Path("sound.pcm")), "");
  EXPECT_EQ(*ReadTakeTag(inputs_.chunks[0].path), "");
  EXPECT_EQ(ReadTakeTag(dir_.Path("none")).status().code(),
            StatusCode::kNotFound);
}

TEST_F(TakeMuxerTest, MissingFramesAreDataLossWithTheNumbers) {
  MakeSound(Wav(48000));
  MakeChunks({30, 1}, {10, 20, 30});
  TakeInputs whole = inputs_;

  inputs_.chunks.erase(inputs_.chunks.begin() + 1);
  Status s = Mux().status();
  EXPECT_EQ(s.code(), StatusCode::kDataLoss);
  EXPECT_THAT(Message(s), HasSubstr("[20, 30) follows where frame 10 is due"));

  inputs_ = whole;
  inputs_.chunks.pop_back();
  s = Mux().status();
  EXPECT_THAT(Message(s), HasSubstr("hold 20 frames of the take's 30"));

  inputs_ = whole;
  inputs_.chunks[1].path = inputs_.chunks[2].path;  // says [10, 20): 10 frames
  EXPECT_TRUE(Mux().ok());
  inputs_.chunks[1].range.end = inputs_.chunks[2].range.begin = 21;
  s = Mux().status();
  EXPECT_EQ(s.code(), StatusCode::kDataLoss);
  EXPECT_THAT(Message(s), HasSubstr("holds 10 frames of its 11"));
}

TEST_F(TakeMuxerTest, ChunksOfOtherSettingsAreRefused) {
  MakeSound(Wav(48000));
  MakeChunks({30, 1}, {15, 30}, 0);
  const ChunkFile lossless = inputs_.chunks[1];
  const std::string kept = dir_.Path("kept");
  std::filesystem::copy_file(lossless.path, kept);
  MakeChunks({30, 1}, {15, 30}, 23);
  inputs_.chunks[1].path = kept;
  const Status s = Mux().status();
  EXPECT_EQ(s.code(), StatusCode::kDataLoss);
  EXPECT_THAT(Message(s), HasSubstr("chunk [15, 30)"));

  MakeChunks({25, 1}, {15, 30}, 0);
  inputs_.rate = {30, 1};
  EXPECT_EQ(Mux().status().code(), StatusCode::kDataLoss);
}

TEST_F(TakeMuxerTest, DamagedChunkOrSoundLeavesTheOldTakeAlone) {
  MakeSound(Wav(43000));
  MakeChunks({30, 1}, {15, 30});
  WriteBytes(dir_.Path("take.mp4"), "old");
  const size_t names = dir_.Names().size();
  const std::string chunk = ReadBytes(inputs_.chunks[1].path);
  WriteBytes(inputs_.chunks[1].path, "rubbish");
  EXPECT_EQ(Mux().status().code(), StatusCode::kDataLoss);
  WriteBytes(inputs_.chunks[1].path, chunk);
  for (const int64_t other : {-5000, +10000}) {
    inputs_.audio.samples += other;
    EXPECT_EQ(Mux().status().code(), StatusCode::kDataLoss) << other;
  }
  EXPECT_EQ(ReadBytes(dir_.Path("take.mp4")), "old");
  EXPECT_EQ(dir_.Names().size(), names);
}

TEST_F(TakeMuxerTest, FullDiskIsResourceExhaustedAndLeavesNothing) {
  MakeSound(Wav(480000));
  MakeChunks({30, 1}, {300});
  const size_t names = dir_.Names().size();
  // A limit on file sizes fails writes midway just as a full disk does.
  rlimit old = {};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &old), 0);
  std::signal(SIGXFSZ, SIG_IGN);
  const rlimit low = {100'000, old.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &low), 0);
  const Status s = Mux().status();
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &old), 0);
  EXPECT_EQ(s.code(), StatusCode::kResourceExhausted) << s;
  EXPECT_THAT(Message(s), HasSubstr("free some space"));
  EXPECT_THAT(Message(s), HasSubstr("take.mp4"));
  EXPECT_EQ(dir_.Names().size(), names);
}

TEST_F(TakeMuxerTest, UnwritablePlaceIsNamedWithTheRemedy) {
  MakeSound(Wav(48000));
  MakeChunks({30, 1}, {30});
  const Status s = Mux("no/take.mp4").status();
  EXPECT_EQ(s.code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(Message(s), HasSubstr("no/take.mp4"));
}

}  // namespace
}  // namespace longtake::worker
