#include "worker/watermark/detector.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <random>

#include "tests/unit/worker/watermark/test_film.h"
#include "worker/watermark/embedder.h"
#include "worker/watermark/phase.h"

namespace longtake::worker {
namespace {

constexpr int kSide = 256;
constexpr int kFrames = 300;
constexpr FrameIndex kFirst = 12345;
constexpr uint32_t kPayload = 0xBEEF0042;

using Change = std::function<Luma(const Luma&)>;

// One picture in eight is drawn: the others of its group look the same.
WatermarkDetection Look(bool marked, const Change& change, uint32_t seed = 1,
                        const WatermarkKey& key = PublicWatermarkKey(),
                        FrameIndex first = kFirst, int frames = kFrames) {
  WatermarkEmbedder embedder(PublicWatermarkKey(), kPayload, kSide, kSide);
  WatermarkDetector detector(key);
  for (FrameIndex f = first; f < first + frames; f += 8) {
    Luma luma = TestPicture(kSide, kSide, f, seed);
    if (marked) embedder.Mark(luma.pixels.data(), kSide, f);
    luma = change(luma);
    for (int i = 0; i < 8; ++i) {
      detector.Add(luma.pixels.data(), luma.width, luma.height, luma.width);
    }
  }
  return detector.Detect();
}

Luma Same(const Luma& luma) { return luma; }

TEST(DetectorTest, FindsThePayloadWhateverFrameItBeginsWith) {
  for (const FrameIndex first : {kFirst, kFirst + 130, kFirst + 260}) {
    const WatermarkDetection found =
        Look(true, Same, 1, PublicWatermarkKey(), first);
    EXPECT_TRUE(found.found) << found.confidence;
    EXPECT_EQ(found.payload, kPayload);
    EXPECT_NEAR(found.visible, 1, 0.003);
    EXPECT_NEAR(found.phase, static_cast<int>(first % kCycleFrames), 8);
  }
}

// Four seconds, in which the sign need not change.
TEST(DetectorTest, FindsItInAPartWithoutAChangeOfSign) {
  constexpr int kShort = 120;
  static_assert(kFirst % kHoldFrames + kShort < kHoldFrames);
  const WatermarkDetection found =
      Look(true, Same, 1, PublicWatermarkKey(), kFirst, kShort);
  EXPECT_TRUE(found.found) << found.confidence;
  EXPECT_EQ(found.payload, kPayload);
}

TEST(DetectorTest, FindsItInASmallerPicture) {
  const WatermarkDetection found = Look(true, [](const Luma& luma) {
    return Scaled(luma, 0, 0, kSide, kSide, 180, 180);
  });
  EXPECT_TRUE(found.found) << found.confidence;
  EXPECT_EQ(found.payload, kPayload);
}

TEST(DetectorTest, FindsItInACroppedAndScaledPart) {
  const WatermarkDetection found = Look(true, [](const Luma& luma) {
    return Scaled(luma, 7, 3, kSide * 0.95, kSide * 0.95, 200, 200);
  });
  EXPECT_TRUE(found.found) << found.confidence;
  EXPECT_EQ(found.payload, kPayload);
  EXPECT_NEAR(found.visible, 0.95, 0.01);
}

TEST(DetectorTest, AnotherKeyFindsNothing) {
  WatermarkKey key = PublicWatermarkKey();
  key.secret[0] ^= 1;
  const WatermarkDetection found = Look(true, Same, 1, key);
  EXPECT_FALSE(found.found) << found.confidence;
}

TEST(DetectorTest, FindsNothingWhereNothingIs) {
  for (uint32_t seed = 1; seed <= 4; ++seed) {
    const WatermarkDetection found = Look(false, Same, seed);
    EXPECT_FALSE(found.found) << found.confidence;
  }
}

// A payload whose check sum is right is no mark while the evidence is weak.
TEST(DetectorTest, FoundIsWhatReachesTheThreshold) {
  int weak = 0;
  for (const int noise : {24, 42, 44, 46}) {
    std::mt19937 chance(7);
    const WatermarkDetection found = Look(true, [&](const Luma& luma) {
      Luma noisy = luma;
      for (uint8_t& p : noisy.pixels) {
        const int level = p + static_cast<int>(chance() % (2 * noise + 1));
        p = static_cast<uint8_t>(std::clamp(level - noise, 0, 255));
      }
      return noisy;
    });
    EXPECT_EQ(found.found, found.confidence >= kDetectionThreshold) << noise;
    weak += found.confidence > 0 && !found.found ? 1 : 0;
  }
  EXPECT_GT(weak, 0);
}

TEST(DetectorTest, ExtremesOfPicturesAreNoMarks) {
  const std::vector<Luma> pictures = {
      {2, 2, std::vector<uint8_t>(4, 16)},
      {64, 64, std::vector<uint8_t>(64 * 64, 128)},
      {400, 16, std::vector<uint8_t>(400 * 16, 200)}};
  for (const Luma& luma : pictures) {
    WatermarkDetector detector(PublicWatermarkKey());
    for (int i = 0; i < 20; ++i) {
      detector.Add(luma.pixels.data(), luma.width, luma.height, luma.width);
    }
    EXPECT_FALSE(detector.Detect().found);
  }
  EXPECT_FALSE(WatermarkDetector(PublicWatermarkKey()).Detect().found);
}

}  // namespace
}  // namespace longtake::worker
