#include "worker/media/video_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/unit/worker/media/media_fixtures.h"

namespace longtake::worker {
namespace {

using ::testing::HasSubstr;

// Picture n of the film is grey, 16 + 4 n of 255; 50 pictures at 25 a second
// with a keyframe every 10.
class VideoReaderTest : public testing::Test {
 protected:
  std::string Film(const std::string& size, const std::string& more = "") {
    const std::string path = dir_.Path("film.mp4");
    const std::string command =
        "ffmpeg -v error -y -f lavfi -i \"color=s=" + size +
        ":r=25:d=2,format=gray,geq=lum='16+4*N',format=yuvj420p\" " + more +
        " -c:v libx264 -g 10 -crf 5 '" + path + "'";
    EXPECT_EQ(std::system(command.c_str()), 0) << command;
    return path;
  }
  static std::unique_ptr<VideoReader> Open(const std::string& path,
                                           int max_short_side = 0) {
    auto reader = VideoReader::Open(path, "film.mp4", {max_short_side});
    EXPECT_TRUE(reader.ok()) << reader.status();
    return *std::move(reader);
  }
  // Which picture it is, by its grey.
  static int Number(const Image& image) {
    const size_t middle = (static_cast<size_t>(image.height / 2) * image.width +
                           image.width / 2) *
                          3;
    return (image.rgb[middle + 1] - 16 + 2) / 4;
  }

  TempDir dir_;
};

TEST_F(VideoReaderTest, EveryPictureComesOnceInOrderAtItsTime) {
  const auto reader = Open(Film("64x48"));
  EXPECT_EQ(reader->facts().width, 64);
  EXPECT_EQ(reader->facts().height, 48);
  EXPECT_EQ(reader->facts().rate, (FrameRate{25, 1}));
  EXPECT_NEAR(reader->facts().duration_us, 2'000'000, 1000);
  VideoFrame frame;
  int n = 0;
  while (*reader->Next(&frame)) {
    EXPECT_EQ(Number(frame.image), n);
    EXPECT_NEAR(frame.time_us, n * 40000, 1) << n;
    ++n;
  }
  EXPECT_EQ(n, 50);
  EXPECT_FALSE(*reader->Next(&frame));
}

TEST_F(VideoReaderTest, AnyPlaceCanBeSoughtInAnyOrder) {
  const auto reader = Open(Film("64x48"));
  VideoFrame frame;
  for (const int n : {37, 0, 49, 10, 11, 9}) {
    ASSERT_TRUE(reader->SeekTo(n * 40000).ok()) << n;
    ASSERT_TRUE(*reader->Next(&frame)) << n;
    EXPECT_EQ(Number(frame.image), n);
    if (n < 49) {
      ASSERT_TRUE(*reader->Next(&frame)) << n;
      EXPECT_EQ(Number(frame.image), n + 1);
    }
  }
  // Between two pictures: the later one.
  ASSERT_TRUE(reader->SeekTo(1000).ok());
  ASSERT_TRUE(*reader->Next(&frame));
  EXPECT_EQ(Number(frame.image), 1);
  ASSERT_TRUE(reader->SeekTo(5'000'000).ok());
  EXPECT_FALSE(*reader->Next(&frame));
}

TEST_F(VideoReaderTest, LargePicturesAreShrunkAsAsked) {
  const std::string path = Film("200x320");
  VideoFrame frame;
  ASSERT_TRUE(*Open(path, 100)->Next(&frame));
  EXPECT_EQ(frame.image.width, 100);
  EXPECT_EQ(frame.image.height, 160);
  EXPECT_EQ(Number(frame.image), 0);
  ASSERT_TRUE(*Open(path, 400)->Next(&frame));
  EXPECT_EQ(frame.image.width, 200);
}

TEST_F(VideoReaderTest, PicturesAreTurnedAsTheContainerAsks) {
  // White at the top left alone.
  const std::string stored = dir_.Path("stored.mp4");
  ASSERT_EQ(std::system(("ffmpeg -v error -y -f lavfi -i \"color=black:s=64x32:"
                         "r=25:d=0.2,drawbox=w=16:h=8:color=white:t=fill\" "
                         "-c:v libx264 -crf 5 '" +
                         stored + "'")
                            .c_str()),
            0);
  struct Case {
    const char* rotate;
    int width, height, x, y;  // where it is white, as ffmpeg shows it
  };
  for (const Case& c :
       {Case{"0", 64, 32, 4, 4}, Case{"90", 32, 64, 4, 60},
        Case{"180", 64, 32, 60, 28}, Case{"270", 32, 64, 28, 4}}) {
    const std::string path = dir_.Path("turned.mp4");
    ASSERT_EQ(std::system(("ffmpeg -v error -y -i '" + stored +
                           "' -c copy -metadata:s:v rotate=" + c.rotate + " '" +
                           path + "'")
                              .c_str()),
              0);
    const auto reader = Open(path);
    VideoFrame frame;
    for (int n = 0; n < 2; ++n) {
      ASSERT_TRUE(*reader->Next(&frame));
      ASSERT_EQ(frame.image.width, c.width) << c.rotate;
      ASSERT_EQ(frame.image.height, c.height) << c.rotate;
      const auto grey = [&](int x, int y) {
        return int{frame.image.rgb[(static_cast<size_t>(y) * c.width + x) * 3]};
      };
      EXPECT_GT(grey(c.x, c.y), 200) << c.rotate;
      EXPECT_LT(grey(c.width - 1 - c.x, c.height - 1 - c.y), 50) << c.rotate;
      EXPECT_LT(grey(c.width - 1 - c.x, c.y), 50) << c.rotate;
    }
  }
}

TEST_F(VideoReaderTest, TimesAreTheFilesOwn) {
  const auto reader = Open(Film("64x48", "-vf setpts=PTS+3/25/TB"));
  VideoFrame frame;
  ASSERT_TRUE(*reader->Next(&frame));
  EXPECT_EQ(Number(frame.image), 0);
  EXPECT_NEAR(frame.time_us, 120000, 1);
}

TEST_F(VideoReaderTest, WhatHasNoPicturesIsRefused) {
  const auto refusal = [](const std::string& path) {
    const auto reader = VideoReader::Open(path, "it", {});
    EXPECT_EQ(reader.status().code(), StatusCode::kInvalidArgument);
    return Message(reader.status());
  };
  EXPECT_THAT(refusal(dir_.Path("none.mp4")), HasSubstr("cannot be opened"));
  WriteBytes(dir_.Path("text.mp4"), "not a film at all");
  EXPECT_THAT(refusal(dir_.Path("text.mp4")), HasSubstr("not a video"));
  SoundSpec sound;
  sound.muxer = "wav";
  sound.samples = 4800;
  sound.wave = [](int64_t) { return 0.1; };
  ASSERT_TRUE(WriteSound(sound, dir_.Path("talk.wav")));
  EXPECT_THAT(refusal(dir_.Path("talk.wav")), HasSubstr("no pictures"));
}

TEST_F(VideoReaderTest, ACutFileEndsWhereItWasCut) {
  const std::string path = Film("64x48", "-movflags +faststart");
  const std::string bytes = ReadBytes(path);
  WriteBytes(path, bytes.substr(0, bytes.size() * 7 / 10));
  const auto reader = Open(path);
  VideoFrame frame;
  int n = 0;
  while (true) {
    const auto more = reader->Next(&frame);
    if (!more.ok() || !*more) break;
    ++n;
  }
  EXPECT_LT(n, 50);
}

TEST_F(VideoReaderTest, APictureNeedNotBeConvertedToBeMeasured) {
  const auto reader = Open(Film("64x48"));
  EXPECT_EQ(reader->facts().grid, (FrameRate{25, 1}));
  EXPECT_EQ(reader->facts().codec, "h264");
  const double tick = 1 / reader->facts().tick_hz.AsDouble();
  FrameStamp stamp;
  int n = 0;
  while (*reader->Advance(&stamp)) {
    EXPECT_NEAR(static_cast<double>(stamp.ticks) * tick, n * 0.04, 1e-9);
    EXPECT_EQ(stamp.time_us, n * 40000);
    EXPECT_EQ(stamp.key, n % 10 == 0) << n;
    const StatusOr<LumaView> luma = reader->Luma();
    ASSERT_TRUE(luma.ok());
    EXPECT_EQ(luma->width, 64);
    EXPECT_EQ(luma->height, 48);
    EXPECT_TRUE(luma->full_range);
    EXPECT_NEAR(luma->data[24 * luma->stride_bytes + 32], 16 + 4 * n, 2) << n;
    if (n == 7) {
      Image image;
      ASSERT_TRUE(reader->Picture(&image).ok());
      EXPECT_EQ(Number(image), 7);
    }
    ++n;
  }
  EXPECT_EQ(n, 50);
}

TEST_F(VideoReaderTest, LumaOfOtherFormatsIsEightBitsToo) {
  for (const char* format : {"yuv420p10le", "gbrp"}) {
    const auto reader =
        Open(Film("64x48", std::string("-vf format=") + format));
    FrameStamp stamp;
    ASSERT_TRUE(reader->SeekTo(20 * 40000).ok());
    ASSERT_TRUE(*reader->Advance(&stamp));
    const StatusOr<LumaView> luma = reader->Luma();
    ASSERT_TRUE(luma.ok()) << luma.status();
    EXPECT_NEAR(luma->data[24 * luma->stride_bytes + 32], 96, 6) << format;
  }
}

TEST_F(VideoReaderTest, DroppedPicturesLeaveTheGridAsItWas) {
  const auto reader =
      Open(Film("64x48", "-vf \"select='not(eq(n,20))'\" -vsync vfr"));
  EXPECT_EQ(reader->facts().grid, (FrameRate{25, 1}));
}

}  // namespace
}  // namespace longtake::worker
