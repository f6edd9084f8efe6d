#include "worker/watermark/embedder.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "common/digest/sha256.h"
#include "tests/unit/worker/watermark/test_film.h"
#include "worker/watermark/phase.h"

namespace longtake::worker {
namespace {

constexpr uint32_t kPayload = 0x00050011;

Luma Marked(Luma luma, FrameIndex frame, uint32_t payload = kPayload,
            const WatermarkKey& key = PublicWatermarkKey()) {
  WatermarkEmbedder embedder(key, payload, luma.width, luma.height);
  embedder.Mark(luma.pixels.data(), luma.width, frame);
  return luma;
}

TEST(PatternTest, IsCentredNoiseOfItsOwnForEachKeyAndComponent) {
  WatermarkKey other = PublicWatermarkKey();
  other.secret[31] ^= 1;
  const CellPattern one = MakePattern(PublicWatermarkKey(), 0);
  const auto product = [&one](const CellPattern& p) {
    double sum = 0;
    for (size_t i = 0; i < p.size(); ++i) sum += double{1} * one[i] * p[i];
    return sum / static_cast<double>(p.size()) / kPatternRms / kPatternRms;
  };
  EXPECT_NEAR(std::accumulate(one.begin(), one.end(), 0.0) / one.size(), 0, 1);
  EXPECT_NEAR(product(one), 1, 0.05);
  EXPECT_LT(std::abs(product(MakePattern(PublicWatermarkKey(), 1))), 0.15);
  EXPECT_LT(std::abs(product(MakePattern(other, 0))), 0.15);
  EXPECT_EQ(Shifted(one, 5, 3)[3 * kTileCells + 5], one[0]);
  EXPECT_EQ(Shifted(Shifted(one, 100, 70), 28, 58), one);
}

// The bytes of every film hang on these: they change with kWatermarkScheme
// alone.
TEST(EmbedderTest, TheMarkIsWhatItWas) {
  const Luma marked = Marked(TestPicture(96, 64, 0), 7);
  EXPECT_EQ(Sha256Hex(std::string(marked.pixels.begin(), marked.pixels.end())),
            "3dd08bdcd2b96c6c69bff95719484215a59104992190483997906fc2d0dea330");
}

// Blocks that the picture's edge cuts, and what is nearly white.
TEST(EmbedderTest, TheMarkOfABrightPictureOfAnySizeIsWhatItWas) {
  Luma bright{70, 50, std::vector<uint8_t>(70 * 50)};
  for (size_t i = 0; i < bright.pixels.size(); ++i) {
    bright.pixels[i] = static_cast<uint8_t>(205 + i * 37 % 30);
  }
  const Luma marked = Marked(bright, 200);
  EXPECT_EQ(Sha256Hex(std::string(marked.pixels.begin(), marked.pixels.end())),
            "f6f9eba9b517a97c621746c0ebe8df12bffde6bb85618ee5cc5ece477a52c0de");
}

TEST(EmbedderTest, IsNotSeenByNumbers) {
  for (const int64_t frame : {0, 100, 5000}) {
    const Luma plain = TestPicture(256, 256, frame);
    const double psnr =
        10 * std::log10(255 * 255 / MeanSquare(plain, Marked(plain, frame)));
    EXPECT_GT(psnr, 48) << frame;
    EXPECT_LT(psnr, 62) << frame;  // it is there
  }
}

TEST(EmbedderTest, IsWeakerOnFlatAndDarkGroundThanInTexture) {
  Luma flat{64, 64, std::vector<uint8_t>(64 * 64, 120)};
  Luma dark{64, 64, std::vector<uint8_t>(64 * 64, 20)};
  Luma texture = flat;
  for (size_t i = 0; i < texture.pixels.size(); ++i) {
    texture.pixels[i] = static_cast<uint8_t>(90 + i * 37 % 60);
  }
  const double on_flat = MeanSquare(flat, Marked(flat, 0));
  EXPECT_GT(MeanSquare(texture, Marked(texture, 0)), 2 * on_flat);
  EXPECT_LT(MeanSquare(dark, Marked(dark, 0)), on_flat);
  EXPECT_LT(on_flat, 0.5);
}

TEST(EmbedderTest, StaysWithinLimitedRange) {
  for (const uint8_t level : {uint8_t{16}, uint8_t{235}}) {
    const Luma luma = Marked({64, 48, std::vector<uint8_t>(64 * 48, level)}, 3);
    for (const uint8_t p : luma.pixels) {
      ASSERT_GE(p, 16);
      ASSERT_LE(p, 235);
    }
  }
}

TEST(EmbedderTest, DependsOnTheFrameItsIndexAndThePayloadAlone) {
  const Luma first = TestPicture(130, 70, 0), second = TestPicture(130, 70, 9);
  WatermarkEmbedder used(PublicWatermarkKey(), kPayload, 130, 70);
  Luma luma = first;
  used.Mark(luma.pixels.data(), 130, 100);
  luma = second;
  used.Mark(luma.pixels.data(), 130, kHoldFrames + 5);
  EXPECT_EQ(luma.pixels, Marked(second, kHoldFrames + 5).pixels);
  EXPECT_EQ(luma.pixels, Marked(second, kHoldFrames + 6).pixels);
  EXPECT_EQ(luma.pixels, Marked(second, kHoldFrames + 5 + kCycleFrames).pixels);
  EXPECT_NE(luma.pixels, Marked(second, 5).pixels);
  EXPECT_NE(luma.pixels, Marked(second, kHoldFrames + 5, kPayload + 1).pixels);
}

TEST(EmbedderTest, TakesAStrideAndAnySize) {
  for (const auto& [width, height] : std::vector<std::pair<int, int>>{
           {2, 2}, {64, 2}, {66, 50}, {98, 130}, {640, 360}}) {
    const Luma plain = TestPicture(width, height, 0);
    const Luma expected = Marked(plain, 1);
    const int stride = width + 13;
    std::vector<uint8_t> padded(static_cast<size_t>(stride) * height, 77);
    for (int y = 0; y < height; ++y) {
      std::copy_n(&plain.pixels[static_cast<size_t>(y) * width], width,
                  &padded[static_cast<size_t>(y) * stride]);
    }
    WatermarkEmbedder embedder(PublicWatermarkKey(), kPayload, width, height);
    embedder.Mark(padded.data(), stride, 1);
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < stride; ++x) {
        const uint8_t value = padded[static_cast<size_t>(y) * stride + x];
        ASSERT_EQ(value, x < width ? expected.pixels[y * width + x] : 77);
      }
    }
  }
}

TEST(PhaseTest, TheSignHoldsAndComesBack) {
  EXPECT_EQ(SignAt(0), 1);
  EXPECT_EQ(SignAt(kHoldFrames - 1), 1);
  EXPECT_EQ(SignAt(kHoldFrames), -1);
  EXPECT_EQ(SignAt(kCycleFrames), 1);
  EXPECT_EQ(SignAt(-1), -1);
}

}  // namespace
}  // namespace longtake::worker
