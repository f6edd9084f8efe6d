// The mark in a file: of a long film, parts are looked at until one tells.

#include "worker/watermark/film_watermark.h"

#include <gtest/gtest.h>

#include "common/testing/temp_dir.h"
#include "tests/unit/worker/watermark/test_film.h"
#include "worker/encode/segment_encoder.h"
#include "worker/watermark/embedder.h"

namespace longtake::worker {
namespace {

constexpr int kSide = 128;
constexpr int kPartFrames = kMaxDetectorFrames;
constexpr uint32_t kPayload = 0x000C0007;

// A film of `frames` frames, of which those in `marked` are.
std::string Film(const TempDir& dir, int64_t frames, FrameRange marked) {
  const std::string path = dir.Join("film.mp4");
  auto encoder = SegmentEncoder::Create({.width = kSide,
                                         .height = kSide,
                                         .rate = {30, 1},
                                         .crf = 12,
                                         .preset = "ultrafast"},
                                        {0, frames}, path);
  EXPECT_TRUE(encoder.ok()) << encoder.status();
  WatermarkEmbedder embedder(PublicWatermarkKey(), kPayload, kSide, kSide);
  YuvFrame planes(kSide, kSide);
  planes.u.assign(planes.u.size(), 128);
  planes.v = planes.u;
  for (int64_t f = 0; f < frames; ++f) {
    // One picture in eight is drawn: the others of its group look the same.
    if (f % 8 == 0) {
      planes.y = TestPicture(kSide, kSide, f).pixels;
      if (marked.contains(f)) embedder.Mark(planes.y.data(), kSide, f);
    }
    EXPECT_TRUE((*encoder)->Add(planes).ok());
  }
  EXPECT_TRUE((*encoder)->Finish().ok());
  return path;
}

// The last part ends with the film, and does not follow the one before.
TEST(FilmWatermarkTest, AMarkAtTheEndOfALongFilmIsFound) {
  const TempDir dir;
  constexpr int64_t kFrames = kPartFrames * 5 / 2;
  const std::string film = Film(dir, kFrames, {2 * kPartFrames, kFrames});
  const auto found = FindWatermark(film, PublicWatermarkKey(), {});
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_TRUE(found->detection.found) << found->detection.confidence;
  EXPECT_EQ(found->detection.payload, kPayload);
  EXPECT_EQ(found->parts, 2);
  EXPECT_EQ(found->frames, 2 * kPartFrames);
  EXPECT_NEAR(found->seconds, 1.5 * kPartFrames / 30, 0.1);
}

TEST(FilmWatermarkTest, WhatTheFirstPartTellsIsEnough) {
  const TempDir dir;
  const std::string film = Film(dir, 2 * kPartFrames, {0, kPartFrames});
  const auto found = FindWatermark(film, PublicWatermarkKey(), {});
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_TRUE(found->detection.found) << found->detection.confidence;
  EXPECT_EQ(found->parts, 1);
  EXPECT_EQ(found->frames, kPartFrames);
  EXPECT_EQ(found->seconds, 0);
}

TEST(FilmWatermarkTest, WhatIsNoFilmIsRefusedAndAStopIsHeard) {
  const TempDir dir;
  EXPECT_EQ(FindWatermark(dir.Join("none.mp4"), PublicWatermarkKey(), {})
                .status()
                .code(),
            StatusCode::kInvalidArgument);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(
      FindWatermark(Film(dir, 30, {}), PublicWatermarkKey(), stop.get_token())
          .status()
          .code(),
      StatusCode::kCancelled);
}

}  // namespace
}  // namespace longtake::worker
