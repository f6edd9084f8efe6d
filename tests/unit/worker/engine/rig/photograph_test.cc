// The fit on a real photograph: the one that the demo animates.
#include <cmath>
#include <string>

#include "gtest/gtest.h"
#include "worker/engine/rig/fit.h"
#include "worker/media/image_file.h"

namespace longtake::worker {
namespace {

constexpr int kSide = 512;
// Framing: pixel = kScale * source + (kShiftX, 0).
constexpr double kScale = 1.9663068, kShiftX = -184.05057;

// Landmarks in the framed picture, found once by the landmark network.
constexpr std::array<Vec2, 68> kLandmarks = {{
    {161.3, 195.6}, {162.2, 220.7}, {165.4, 244.5}, {168.8, 265.3},
    {175.3, 288.9}, {186.8, 308.1}, {201.3, 322.7}, {220.8, 339.5},
    {250.0, 349.1}, {280.0, 341.5}, {299.2, 328.0}, {313.9, 315.5},
    {327.0, 297.1}, {336.2, 274.5}, {341.0, 253.0}, {345.5, 231.1},
    {347.6, 206.7}, {181.7, 176.7}, {193.3, 170.3}, {207.9, 169.3},
    {221.4, 171.7}, {233.3, 177.3}, {281.4, 180.2}, {293.8, 176.4},
    {306.9, 174.8}, {321.9, 177.1}, {332.4, 184.5}, {255.8, 203.4},
    {255.1, 220.5}, {254.2, 236.7}, {253.4, 251.0}, {236.4, 254.8},
    {243.6, 258.9}, {253.3, 260.9}, {262.9, 258.6}, {270.6, 256.5},
    {198.9, 195.5}, {207.6, 192.3}, {219.7, 192.8}, {230.2, 199.6},
    {220.4, 202.7}, {207.6, 201.0}, {281.2, 202.3}, {292.5, 196.4},
    {305.3, 197.2}, {312.9, 202.4}, {304.2, 206.8}, {291.6, 205.1},
    {211.0, 276.1}, {225.2, 273.3}, {243.8, 272.1}, {253.3, 274.0},
    {262.0, 272.1}, {281.7, 275.1}, {296.4, 279.0}, {279.5, 295.0},
    {266.1, 302.3}, {252.0, 304.3}, {239.5, 302.0}, {225.8, 294.4},
    {213.0, 276.8}, {239.4, 278.1}, {253.2, 279.2}, {266.0, 279.6},
    {293.1, 278.9}, {265.6, 291.8}, {252.9, 293.2}, {240.3, 291.8},
}};

Image FrameBilinear(const Image& source) {
  Image out(kSide, kSide);
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) {
      const double sx = (x - kShiftX) / kScale, sy = y / kScale;
      const int ix = static_cast<int>(sx), iy = static_cast<int>(sy);
      const double fx = sx - ix, fy = sy - iy;
      const uint8_t* p =
          &source.rgb[(static_cast<size_t>(iy) * source.width + ix) * 3];
      const uint8_t* q = p + static_cast<size_t>(source.width) * 3;
      for (int k = 0; k < 3; ++k) {
        const double top = p[k] * (1 - fx) + p[k + 3] * fx;
        const double bottom = q[k] * (1 - fx) + q[k + 3] * fx;
        out.rgb[(static_cast<size_t>(y) * kSide + x) * 3 + k] =
            static_cast<uint8_t>(std::lround(top * (1 - fy) + bottom * fy));
      }
    }
  }
  return out;
}

TEST(PhotographTest, ASmileWithTeethIsMeasured) {
  const StatusOr<Image> source = DecodeImage(
      std::string(LONGTAKE_SHARE_DIR) + "/demo/astronaut.png", "astronaut.png");
  ASSERT_TRUE(source.ok()) << source.status();
  const StatusOr<FaceRig> rig =
      FitRig(FrameBilinear(*source), kLandmarks, static_cast<float>(kScale));
  ASSERT_TRUE(rig.ok()) << rig.status();

  EXPECT_TRUE(rig->shows_teeth);
  EXPECT_NEAR(rig->iod_px, 84, .3);
  EXPECT_NEAR(rig->mouth_half_width, .50, .01);
  // Edges in the middle, measured on the picture by eye: rows 279 and 293.
  const int middle = kMouthSamples / 2;
  EXPECT_NEAR(rig->upper_edge[middle], .048, .015);
  EXPECT_NEAR(rig->lower_edge[middle], .196, .015);
  // Blond smile: light teeth, warm skin, dark irises looking at the camera.
  EXPECT_GT(rig->teeth[2], 200);
  EXPECT_NEAR(rig->skin[0], 226, 6);
  EXPECT_GT(rig->colourfulness, .8);
  for (const RigEye& eye : rig->eyes) {
    EXPECT_GT(eye.iris_contrast, 60);
    EXPECT_NEAR(eye.iris.x, eye.centre_x, .05);
  }
  // Hair and face belong to the subject, the wall beside them doesn't.
  EXPECT_EQ(rig->alpha.at(250, 100), 1.f);
  EXPECT_EQ(rig->alpha.at(140, 170), 1.f);
  EXPECT_EQ(rig->alpha.at(60, 60), 0.f);
  EXPECT_EQ(rig->alpha.at(450, 200), 0.f);
}

}  // namespace
}  // namespace longtake::worker
