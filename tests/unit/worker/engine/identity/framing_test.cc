#include "worker/engine/identity/framing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "tests/unit/worker/engine/identity/pictures.h"
#include "worker/engine/identity/face_finder.h"
#include "worker/engine/identity/resample.h"

namespace longtake::worker {
namespace {

using ::testing::HasSubstr;

class FramingTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    auto loaded = FaceNetworks::Load(ModelDir());
    ASSERT_TRUE(loaded.ok()) << loaded.status();
    networks_ = std::move(*loaded).release();
  }
  static void TearDownTestSuite() {
    delete networks_;
    networks_ = nullptr;
  }
  void SetUp() override { ASSERT_NE(networks_, nullptr); }

  StatusOr<FramedPortrait> Frame(const Image& portrait, int width, int height) {
    IdentityOptions options;
    options.width = width;
    options.height = height;
    options.portrait_name = "p.jpg";
    return FramePortrait(*networks_, portrait, options, nullptr);
  }

  static FaceNetworks* networks_;
};
FaceNetworks* FramingTest::networks_ = nullptr;

TEST_F(FramingTest, FaceComesOutAtEightyFourPixelsInTheMiddle) {
  // Space above the head, else the source's edge would stop the frame.
  const Image portrait = ScaleAndShift(ReadAstronaut(), 1, 0, 60, 512, 572);
  auto framed = Frame(portrait, 512, 512);
  ASSERT_TRUE(framed.ok()) << framed.status();
  EXPECT_EQ(framed->image.width, 512);
  EXPECT_EQ(framed->image.height, 512);
  EXPECT_NEAR(framed->iod_px, 84.f, 1e-3);
  EXPECT_NEAR(framed->source_scale, 84 / 42.9f, 0.05f);
  const Vec2 left = EyeCentre(framed->landmarks_px, true);
  const Vec2 right = EyeCentre(framed->landmarks_px, false);
  EXPECT_NEAR(std::hypot(right.x - left.x, right.y - left.y), 84.f, 0.01f);
  EXPECT_NEAR((left.x + right.x) / 2, 256.f, 0.01f);
  EXPECT_NEAR((left.y + right.y) / 2, 256.f - 0.55f * 84, 0.01f);
}

TEST_F(FramingTest, LandmarksLieOnTheFaceOfTheFramedPicture) {
  auto framed = Frame(ReadAstronaut(), 512, 512);
  ASSERT_TRUE(framed.ok()) << framed.status();
  auto again = FindFace(*networks_, framed->image, "framed", nullptr);
  ASSERT_TRUE(again.ok()) << again.status();
  for (size_t i = 17; i < 68; ++i) {
    EXPECT_NEAR(again->landmarks[i].x, framed->landmarks_px[i].x, 3.f) << i;
    EXPECT_NEAR(again->landmarks[i].y, framed->landmarks_px[i].y, 3.f) << i;
  }
  EXPECT_LT(DescriptorDistance(again->descriptor, framed->descriptor), 0.35f);
}

TEST_F(FramingTest, EverySizeAndShapeIsCoveredByTheSource) {
  const Image portrait = ReadAstronaut();
  for (const auto& [w, h] :
       {std::pair{256, 256}, std::pair{720, 1280}, std::pair{1280, 720},
        std::pair{512, 384}, std::pair{1080, 64}, std::pair{1022, 1024}}) {
    auto framed = Frame(portrait, w, h);
    ASSERT_TRUE(framed.ok()) << framed.status();
    EXPECT_EQ(framed->image.width, w);
    EXPECT_EQ(framed->image.height, h);
    EXPECT_GE(framed->source_scale * 512, std::max(w, h) * 0.9999f);
    EXPECT_GE(framed->iod_px, 84.f * std::min(w, h) / 512 - 0.01f);
    // The face stays in the picture where the shape leaves room for it.
    if (std::min(w, h) < 200) continue;
    for (const Vec2& p : framed->landmarks_px) {
      EXPECT_TRUE(p.x >= 0 && p.y >= 0 && p.x < static_cast<float>(w) &&
                  p.y < static_cast<float>(h))
          << w << "x" << h << ": " << p.x << ", " << p.y;
    }
  }
}

TEST_F(FramingTest, FaceAtTheEdgeKeepsTheFrameInsideTheSource) {
  // The face lies near the corner. Where the frame stops at the source's edges,
  // its corner pixel is the source's own.
  const Image portrait = ScaleAndShift(ReadAstronaut(), 1, -150, -40, 340, 400);
  auto framed = Frame(portrait, 512, 512);
  ASSERT_TRUE(framed.ok()) << framed.status();
  for (size_t c = 0; c < 3; ++c) {
    EXPECT_NEAR(framed->image.rgb[c], portrait.rgb[c], 3) << c;
  }
  const Vec2 left = EyeCentre(framed->landmarks_px, true);
  EXPECT_LT(left.y, 200.f);
}

TEST_F(FramingTest, SameInputGivesTheSameBits) {
  const Image portrait = ReadAstronaut();
  auto a = Frame(portrait, 256, 320);
  auto b = Frame(portrait, 256, 320);
  ASSERT_TRUE(a.ok() && b.ok());
  EXPECT_EQ(a->image, b->image);
  EXPECT_EQ(a->descriptor, b->descriptor);
  EXPECT_EQ(
      std::memcmp(&a->landmarks_px, &b->landmarks_px, sizeof a->landmarks_px),
      0);
}

TEST_F(FramingTest, BadSizesAndFacelessPicturesAreRefused) {
  const Image portrait = ReadAstronaut();
  for (const auto& [w, h] :
       {std::pair{511, 512}, std::pair{512, 0}, std::pair{-2, 512},
        std::pair{62, 512}, std::pair{4098, 512}}) {
    auto framed = Frame(portrait, w, h);
    ASSERT_EQ(framed.status().code(), StatusCode::kInvalidArgument);
    EXPECT_THAT(Message(framed.status()), HasSubstr("must be even"));
  }
  EXPECT_THAT(Message(Frame(NoisePicture(300, 300), 512, 512).status()),
              HasSubstr("p.jpg: no face found"));
}

TEST(ResampleTest, IdentityMapKeepsEveryPixel) {
  const Image in = NoisePicture(37, 23);
  EXPECT_EQ(ScaleAndShift(in, 1, 0, 0, 37, 23), in);
}

TEST(ResampleTest, WholeShiftMovesPixelsAndRepeatsTheBorder) {
  const Image in = NoisePicture(8, 6);
  const Image out = ScaleAndShift(in, 1, 2, -1, 8, 6);
  auto pixel = [](const Image& image, int x, int y) {
    return image.rgb[(static_cast<size_t>(y) * 8 + x) * 3];
  };
  EXPECT_EQ(pixel(out, 5, 2), pixel(in, 3, 3));
  EXPECT_EQ(pixel(out, 0, 0), pixel(in, 0, 1));
  EXPECT_EQ(pixel(out, 7, 5), pixel(in, 5, 5));
}

TEST(ResampleTest, FlatStaysFlatAtEveryScale) {
  const Image in = FlatPicture(50, 40, 201);
  for (double scale : {0.07, 0.5, 0.69, 0.71, 1.3, 9.}) {
    EXPECT_EQ(ScaleAndShift(in, scale, 3.3, -7.1, 32, 48),
              FlatPicture(32, 48, 201))
        << scale;
  }
}

TEST(ResampleTest, ShrinkingBlursFineStripesAway) {
  Image in(128, 16);
  for (size_t i = 0; i < in.rgb.size(); ++i) {
    in.rgb[i] = i / 3 % 128 % 2 == 0 ? 0 : 255;
  }
  const Image out = ScaleAndShift(in, 0.25, 0, 0, 32, 4);
  const auto [lo, hi] =
      std::minmax_element(out.rgb.begin() + 12, out.rgb.begin() + 84);
  EXPECT_LT(*hi - *lo, 8);
  EXPECT_NEAR(*lo, 127, 8);
}

}  // namespace
}  // namespace longtake::worker
