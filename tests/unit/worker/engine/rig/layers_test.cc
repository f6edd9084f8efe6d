#include <algorithm>
#include <cmath>

#include "gtest/gtest.h"
#include "tests/unit/worker/engine/rig/fitted_face.h"

namespace longtake::worker {
namespace {

TEST(LayersTest, MatteCoversTheHeadAndPlateIsBackground) {
  const DrawnFace face;
  const FaceRig& rig = UsualRig();
  double inside = 0, outside = 0, plate_error = 0;
  int n_inside = 0, n_outside = 0, n_plate = 0;
  for (int y = 0; y < face.height; ++y) {
    for (int x = 0; x < face.width; ++x) {
      const double fx = (x - face.origin_x) / face.iod_px;
      const double fy = (y - face.origin_y) / face.iod_px;
      if (fy > 1.0) continue;
      const double r = std::hypot(fx / 1.12, (fy + .1) / 1.4);
      if (r < .93) {
        inside += rig.alpha.at(x, y);
        ++n_inside;
      } else if (r > 1.1) {
        outside += rig.alpha.at(x, y);
        ++n_outside;
      } else if (r > .97 && r < 1.03) {
        plate_error += std::abs(rig.plate.at(x, y, 1) - (165 + 8 * fy));
        ++n_plate;
      }
    }
  }
  EXPECT_GT(inside / n_inside, .99);
  EXPECT_LT(outside / n_outside, .01);
  EXPECT_LT(plate_error / n_plate, 5);
}

// A drawn face with a stray hair beside the head, before spots of 4
// pixels that are `contrast` levels darker.
Image WithStrayHair(const DrawnFace& face, int hair_x, int contrast) {
  Image image = face.Draw();
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      const Vec2 centre = face.Px(0, -.1);
      const double dx = (x - centre.x) / (1.14 * face.iod_px);
      const double dy = (y - centre.y) / (1.42 * face.iod_px);
      const bool behind = dx * dx + dy * dy > 1 && y < face.origin_y + 60;
      uint8_t* px = &image.rgb[(static_cast<size_t>(y) * image.width + x) * 3];
      const bool spot = (x / 4 * 7 + y / 4 * 13) % 5 < 2;
      for (int k = 0; k < 3; ++k) {
        if (behind && spot) px[k] = static_cast<uint8_t>(px[k] - contrast);
        if (y > 170 && y < 230 && (x == hair_x || x == hair_x + 1)) px[k] = 60;
      }
    }
  }
  return image;
}

TEST(LayersTest, StrayHairsGoWithTheHeadButABusyBackgroundStays) {
  const DrawnFace face;
  const int hair = static_cast<int>(face.Px(1.12, 0).x) + 12;
  const auto plate_off = [&](int contrast) {
    const Image image = WithStrayHair(face, hair, contrast);
    const StatusOr<FaceRig> rig = FitRig(image, face.Landmarks(), 1.f);
    EXPECT_TRUE(rig.ok()) << rig.status();
    EXPECT_LT(rig->alpha.at(hair, 200), .02f);
    double off = 0;
    for (int y = 180; y < 220; ++y) {
      off += rig->plate.at(hair, y, 1) - rig->image.at(hair, y, 1);
    }
    return off / 40;
  };
  EXPECT_GT(plate_off(0), 80);            // hair 60 on a background of 165
  EXPECT_LT(std::abs(plate_off(40)), 1);  // kept as photographed
}

TEST(LayersTest, ClothesBesideTheNeckStayWhateverTheHeadDoes) {
  const DrawnFace face;
  const FaceRig& rig = UsualRig();
  const auto at = [&](const Plane& plane, double x, double y) {
    const Vec2 px = face.Px(x, y);
    return plane.at(std::lround(px.x), std::lround(px.y));
  };
  EXPECT_GT(at(rig.alpha, 0, 1.5), .95f);  // neck
  for (const double x : {-1.3, -1.0, 1.0, 1.3}) {
    for (const double y : {1.85, 2.1}) {
      EXPECT_LT(at(rig.alpha, x, y), .05f) << x << " " << y;
      EXPECT_LT(at(rig.expression_mask, x, y), .02f) << x << " " << y;
    }
  }
  // Nor does an opening jaw pull at what lies beside the throat.
  EXPECT_GT(at(rig.expression_mask, 0, 1.6), .4f);
  for (const double x : {-.95, .95}) {
    EXPECT_LT(at(rig.expression_mask, x, 1.6), .05f) << x;
  }
}

TEST(LayersTest, MasksFallFromTheFaceToTheBorder) {
  const DrawnFace face;
  const FaceRig& rig = UsualRig();
  const Vec2 nose = face.Px(0, .5), shirt = face.Px(0, 2.6);
  const int nx = std::lround(nose.x), ny = std::lround(nose.y);
  EXPECT_GT(rig.head_mask.at(nx, ny), .99f);
  EXPECT_GT(rig.expression_mask.at(nx, ny), .99f);
  EXPECT_LT(rig.head_mask.at(nx, std::lround(shirt.y)), .02f);
  EXPECT_EQ(rig.expression_mask.at(2, 2), 0.f);
  EXPECT_GT(rig.depth.at(nx, ny), rig.depth.at(nx, std::lround(shirt.y)) + 1);
}

}  // namespace
}  // namespace longtake::worker
