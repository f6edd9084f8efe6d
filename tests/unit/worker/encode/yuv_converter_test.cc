#include "worker/encode/yuv_converter.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

namespace longtake::worker {
namespace {

Image Flat(int w, int h, std::array<int, 3> rgb) {
  Image image(w, h);
  for (size_t i = 0; i < image.rgb.size(); ++i) {
    image.rgb[i] = static_cast<uint8_t>(rgb[i % 3]);
  }
  return image;
}

TEST(YuvConverterTest, FlatColoursFollowBt709) {
  for (int r = 0; r <= 255; r += 51) {
    for (int g = 0; g <= 255; g += 51) {
      for (int b = 0; b <= 255; b += 51) {
        const auto yuv = ConvertToYuv420(Flat(4, 4, {r, g, b}));
        ASSERT_TRUE(yuv.ok());
        const double y = 0.2126 * r + 0.7152 * g + 0.0722 * b;
        const double u = (b - y) / 1.8556, v = (r - y) / 1.5748;
        for (const int got : yuv->y) EXPECT_NEAR(got, 16 + y * 219 / 255, .51);
        for (const int got : yuv->u) EXPECT_NEAR(got, 128 + u * 224 / 255, .53);
        for (const int got : yuv->v) EXPECT_NEAR(got, 128 + v * 224 / 255, .53);
      }
    }
  }
}

TEST(YuvConverterTest, GreysHaveNoColour) {
  for (int g = 0; g <= 255; ++g) {
    const auto yuv = ConvertToYuv420(Flat(2, 2, {g, g, g}));
    EXPECT_EQ(yuv->u[0], 128);
    EXPECT_EQ(yuv->v[0], 128);
  }
}

TEST(YuvConverterTest, ChromaSitsOnTheLeftPixelOfItsPair) {
  // Blue column at x = 2, the left pixel of the second pair: weight 1/2 there,
  // none in the pairs beside it; at x = 3 a quarter in both its neighbours.
  for (const int column : {2, 3}) {
    Image image(8, 2);
    for (int y = 0; y < 2; ++y) {
      image.rgb[static_cast<size_t>(y * 8 + column) * 3 + 2] = 255;
    }
    const auto yuv = ConvertToYuv420(image);
    ASSERT_TRUE(yuv.ok());
    EXPECT_EQ(yuv->u[0], 128);
    EXPECT_EQ(yuv->u[1], column == 2 ? 184 : 156);
    EXPECT_EQ(yuv->u[2], column == 2 ? 128 : 156);
    EXPECT_EQ(yuv->u[3], 128);
  }
}

TEST(YuvConverterTest, OddSizesAreRefused) {
  EXPECT_EQ(ConvertToYuv420(Image(5, 4)).status().code(),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(ConvertToYuv420(Image()).status().code(),
            StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace longtake::worker
