// A preview's media segments, put one behind the other, are a film that plays:
// the chunks' frames at their times, with the sound beside them.
#include "worker/mux/preview_packager.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "common/media_time/media_time.h"
#include "tests/unit/worker/mux/take_fixture.h"
#include "worker/encode/yuv_converter.h"

namespace longtake::worker {
namespace {

using ::testing::Each;
using ::testing::Le;

constexpr int kSoundRate = 48000;

class PreviewPackagerTest : public TakeMuxerTest {
 protected:
  Status Package() {
    PreviewInputs inputs{inputs_.rate, inputs_.first_frame, inputs_.audio_path,
                         inputs_.audio_name};
    auto packager = PreviewPackager::Create(inputs);
    if (!packager.ok()) return packager.status();
    const PreviewPackager::Sink sink{[this](std::string_view bytes) {
                                       inits_.emplace_back(bytes);
                                       return OkStatus();
                                     },
                                     [this](const MediaSegment& segment) {
                                       segments_.push_back(segment);
                                       return OkStatus();
                                     }};
    for (const ChunkFile& chunk : inputs_.chunks) {
      const Status added = (*packager)->Add(chunk, sink);
      if (!added.ok()) return added;
    }
    return OkStatus();
  }

  std::string Film() {
    std::string bytes = inits_.front();
    for (const MediaSegment& segment : segments_) bytes += segment.bytes;
    WriteBytes(dir_.Path("film.mp4"), bytes);
    return dir_.Path("film.mp4");
  }
  std::vector<int64_t> Lengths() const {
    std::vector<int64_t> lengths;
    for (const MediaSegment& segment : segments_) {
      lengths.push_back(segment.frames);
    }
    return lengths;
  }
  void MakeClicks(const std::vector<int64_t>& places, int64_t samples) {
    MakeSound({.muxer = "wav",
               .rate = kSoundRate,
               .samples = samples,
               .wave = Clicks(places, kSoundRate)});
  }

  std::vector<std::string> inits_;
  std::vector<MediaSegment> segments_;
};

TEST_F(PreviewPackagerTest, EveryFrameIsThereAtItsTimeWithItsSound) {
  const FrameRate rate{30000, 1001};
  const std::vector<int64_t> places = {9000, 96000, 170000};
  MakeClicks(places, SampleAtFrame(131, kSoundRate, rate) - 700);
  MakeChunks(rate, {17, 101, 131}, 0);
  ASSERT_TRUE(Package().ok());
  EXPECT_EQ(inits_.size(), 1u);
  // A chunk ends a media segment; where its keyframes are, x264 decides.
  EXPECT_EQ(Lengths().front(), 17);
  EXPECT_EQ(Lengths().back(), 30);
  EXPECT_THAT(Lengths(), Each(Le(60)));
  const DecodedVideo video = DecodeVideo(Film());
  ASSERT_EQ(std::ssize(video.frames), 131);
  EXPECT_EQ(video.time_base.den, rate.num);
  for (int64_t f = 0; f < 131; ++f) {
    EXPECT_EQ(video.pts[static_cast<size_t>(f)], f * rate.den) << f;
    EXPECT_EQ(video.frames[static_cast<size_t>(f)],
              *ConvertToYuv420(Picture(f)))
        << f;
  }
  const DecodedSound source = DecodeSound(dir_.Path("sound"));
  const DecodedSound sound = DecodeSound(dir_.Path("film.mp4"));
  EXPECT_NEAR(sound.first_seconds, 0, 1e-9);
  for (const int64_t place : places) {
    EXPECT_NEAR(static_cast<double>(ShiftOf(
                    sound.samples,
                    [&](int64_t i) {
                      return static_cast<double>(
                          source.samples[static_cast<size_t>(i)]);
                    },
                    place - 200, place + 300, 400)),
                0, 1);
  }
}

TEST_F(PreviewPackagerTest, ReorderedFramesBeginAtZeroToo) {
  MakeClicks({100}, kSoundRate * 3);
  MakeChunks({30, 1}, {31, 90}, 23);
  ASSERT_TRUE(Package().ok());
  const DecodedVideo video = DecodeVideo(Film());
  ASSERT_EQ(std::ssize(video.frames), 90);
  for (int64_t f = 0; f < 90; ++f) {
    EXPECT_EQ(video.pts[static_cast<size_t>(f)], f);
  }
}

TEST_F(PreviewPackagerTest, MediaSegmentsAreIndependentAndShort) {
  for (const FrameRate rate :
       {FrameRate{24000, 1001}, FrameRate{25, 1}, FrameRate{60, 1}}) {
    segments_.clear();
    inits_.clear();
    MakeClicks({100}, kSoundRate * 8);
    MakeChunks(rate,
               {7, FramesForSamples(inputs_.audio.samples, kSoundRate, rate)});
    ASSERT_TRUE(Package().ok());
    EXPECT_THAT(Lengths(), Each(Le(MostPreviewFrames(rate))));
    EXPECT_EQ(
        (2 * MostPreviewFrames(rate) * rate.den + rate.num) / (2 * rate.num),
        2);
    // Any one of them decodes after the init segment alone.
    int64_t begin = 0;
    for (const MediaSegment& segment : segments_) {
      WriteBytes(dir_.Path("one.mp4"), inits_.front() + segment.bytes);
      const DecodedVideo video = DecodeVideo(dir_.Path("one.mp4"));
      ASSERT_EQ(std::ssize(video.frames), segment.frames);
      EXPECT_EQ(video.frames.front(), *ConvertToYuv420(Picture(begin)));
      begin += segment.frames;
    }
  }
}

TEST_F(PreviewPackagerTest, APartOfTheJobBeginsAtZeroWithItsSound) {
  const FrameRate rate{25, 1};
  MakeClicks({kSoundRate * 3}, kSoundRate * 4);
  MakeChunks(rate, {50, 70, 100});
  inputs_.chunks.erase(inputs_.chunks.begin());
  inputs_.first_frame = 50;
  ASSERT_TRUE(Package().ok());
  const DecodedVideo video = DecodeVideo(Film());
  ASSERT_EQ(video.frames.size(), 50u);
  EXPECT_EQ(video.pts.front(), 0);
  EXPECT_EQ(video.frames.front(), *ConvertToYuv420(Picture(50)));
  const DecodedSound sound = DecodeSound(dir_.Path("film.mp4"));
  const auto click = Clicks({kSoundRate}, kSoundRate);
  EXPECT_NEAR(
      static_cast<double>(ShiftOf(sound.samples, click, kSoundRate - 200,
                                  kSoundRate + 300, 400)),
      0, 1);
}

TEST_F(PreviewPackagerTest, AChunkOutOfOrderIsRefused) {
  MakeClicks({100}, kSoundRate * 2);
  MakeChunks({25, 1}, {20, 50});
  std::swap(inputs_.chunks[0], inputs_.chunks[1]);
  EXPECT_EQ(Package().code(), StatusCode::kInternal);
}

TEST_F(PreviewPackagerTest, ASoundThatCannotBeReadIsRefused) {
  MakeChunks({25, 1}, {20});
  WriteBytes(dir_.Path("noise"), "no sound");
  inputs_.audio_path = dir_.Path("noise");
  EXPECT_EQ(Package().code(), StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace longtake::worker
