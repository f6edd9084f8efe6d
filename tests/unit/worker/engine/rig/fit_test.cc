#include "worker/engine/rig/fit.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/worker/engine/rig/fitted_face.h"
#include "worker/engine/rig/rig_file.h"

namespace longtake::worker {
namespace {

// A drawn face at a quarter of the size, for tests that need many fits.
DrawnFace SmallFace() {
  DrawnFace face;
  face.width = face.height = 128;
  face.iod_px = 21;
  face.origin_x = 64;
  face.origin_y = 52;
  return face;
}

// Largest distance (IOD) of the fitted edges from the drawn ones where
// |s| < reach.
double EdgeError(const FaceRig& rig, const DrawnFace& face, double reach) {
  double worst = 0;
  for (int i = 0; i < kMouthSamples; ++i) {
    const double s = -1 + 2.0 * i / (kMouthSamples - 1);
    if (std::abs(s) >= reach) continue;
    const double x = rig.mouth_centre.x + s * rig.mouth_half_width;
    const double y = rig.mouth_centre.y;
    worst =
        std::max({worst, std::abs(y + rig.upper_edge[i] - face.UpperEdge(x)),
                  std::abs(y + rig.lower_edge[i] - face.LowerEdge(x))});
  }
  return worst;
}

double MiddleOpening(const FaceRig& rig) {
  return rig.lower_edge[kMouthSamples / 2] - rig.upper_edge[kMouthSamples / 2];
}

bool AllFinite(const Plane& p) {
  return std::all_of(p.data.begin(), p.data.end(),
                     [](float v) { return std::isfinite(v); });
}

TEST(FitRigTest, ClosedLipsMeetInOneSeamWhereItWasDrawn) {
  const DrawnFace face;
  const FaceRig& rig = UsualRig();
  EXPECT_EQ(rig.upper_edge, rig.lower_edge);
  EXPECT_LT(EdgeError(rig, face, .8), .012);
  EXPECT_FALSE(rig.shows_teeth);
  EXPECT_TRUE(rig.gap_texture.data.empty());
}

TEST(FitRigTest, MouthEndsMoveFromTheLandmarksToTheSeam) {
  const DrawnFace face;
  std::array<Vec2, 68> marks = face.Landmarks();
  for (const int corner : {48, 54, 60, 64}) {
    marks[corner].y -= static_cast<float>(.035 * face.iod_px);
  }
  const StatusOr<FaceRig> rig = FitRig(face.Draw(), marks, 1.f);
  ASSERT_TRUE(rig.ok()) << rig.status();
  for (const Vec2& corner : rig->handles.corner) {
    EXPECT_NEAR(corner.y, DrawnFace::kMouthY, .012);
  }
}

TEST(FitRigTest, TeethBetweenTheLipsAreFoundAndReused) {
  DrawnFace face;
  face.gap = DrawnGap::kTeeth;
  const FaceRig rig = Fit(face);
  EXPECT_TRUE(rig.shows_teeth);
  EXPECT_LT(EdgeError(rig, face, .7), .02);
  // The reused interior is the teeth's colour, also where it is pushed under
  // the lips.
  ASSERT_EQ(rig.gap_texture.data.size(), size_t{512} * 512 * 3);
  const Vec2 tooth = face.Px(0, DrawnFace::kMouthY);
  EXPECT_NEAR(rig.gap_texture.at(std::lround(tooth.x), std::lround(tooth.y), 1),
              226, 6);
  const Vec2 under = face.Px(0, face.UpperEdge(0) - .03);
  const int x = std::lround(under.x), y = std::lround(under.y);
  EXPECT_GT(rig.gap_texture.at(x, y, 1), 180);  // teeth 226, lips 82
  EXPECT_GT(rig.gap_alpha.at(x, y), .9f);
  EXPECT_NEAR(rig.teeth[0], 232 * 1.05, 8);
  EXPECT_NEAR(rig.incisor_edge_t, DrawnFace::kOpening / 2, .03);
}

TEST(FitRigTest, TheRimOfTheLipsIsNotTakenForTeeth) {
  DrawnFace face;
  face.gap = DrawnGap::kTeeth;
  const FaceRig rig = Fit(face);
  ASSERT_TRUE(rig.shows_teeth);
  // Wherever the interior is re-used, from under the upper lip to the lower
  // one's edge, it is as light as the teeth (226) and not as the lips (82).
  for (double x = -.15; x <= .15; x += .05) {
    for (double y = face.UpperEdge(x) - .04; y < face.LowerEdge(x); y += .01) {
      const Vec2 at = face.Px(x, y);
      const int c = std::lround(at.x), r = std::lround(at.y);
      EXPECT_GT(rig.gap_texture.at(c, r, 1), 205) << x << " " << y;
    }
  }
}

TEST(FitRigTest, AThinSlitOfTeethOpensButItsTeethAreDrawnAnew) {
  DrawnFace face;
  face.gap = DrawnGap::kTeeth;
  face.opening = .062;
  const FaceRig rig = Fit(face);
  EXPECT_GT(MiddleOpening(rig), .035);
  EXPECT_FALSE(rig.shows_teeth);
  EXPECT_TRUE(rig.gap_texture.data.empty());
  // The drawn teeth reach down to where the photographed ones do.
  EXPECT_NEAR(rig.incisor_edge_t, rig.lower_edge[kMouthSamples / 2] - .012,
              .012);
}

TEST(FitRigTest, FrontTeethAloneInADarkGapAreDrawnAnew) {
  DrawnFace face;
  face.gap = DrawnGap::kTeeth;
  face.teeth_reach = .3;
  const FaceRig rig = Fit(face);
  EXPECT_GT(MiddleOpening(rig), .12);
  EXPECT_FALSE(rig.shows_teeth);
  EXPECT_NEAR(rig.teeth[0], 232 * 1.05, 20);
}

TEST(FitRigTest, ADarkGapKeepsBothEdgesButNoTexture) {
  DrawnFace face;
  face.gap = DrawnGap::kDark;
  const FaceRig rig = Fit(face);
  EXPECT_FALSE(rig.shows_teeth);
  EXPECT_NEAR(MiddleOpening(rig), DrawnFace::kOpening, .03);
  EXPECT_LT(EdgeError(rig, face, .7), .02);
  EXPECT_TRUE(std::all_of(rig.gap_alpha.data.begin(), rig.gap_alpha.data.end(),
                          [](float a) { return a == 0.f; }));
}

TEST(FitRigTest, LandmarksThatGapOverClosedLipsGiveOneSeam) {
  const DrawnFace closed;
  DrawnFace open = closed;
  open.gap = DrawnGap::kDark;
  // The picture's lips are closed; the landmarks claim a gap of lip colour.
  std::array<Vec2, 68> marks = open.Landmarks();
  const StatusOr<FaceRig> rig = FitRig(closed.Draw(), marks, 1.f);
  ASSERT_TRUE(rig.ok()) << rig.status();
  EXPECT_EQ(rig->upper_edge, rig->lower_edge);
}

TEST(FitRigTest, SignedDistancesChangeSignAcrossTheSeam) {
  const DrawnFace face;
  const FaceRig& rig = UsualRig();
  const Vec2 above = face.Px(0, DrawnFace::kMouthY - .06);
  const Vec2 below = face.Px(0, DrawnFace::kMouthY + .10);
  const int x = std::lround(above.x);
  EXPECT_GT(rig.phi_upper.at(x, std::lround(above.y)), 3);
  EXPECT_LT(rig.phi_lower.at(x, std::lround(above.y)), -3);
  EXPECT_LT(rig.phi_upper.at(x, std::lround(below.y)), -3);
  EXPECT_GT(rig.phi_lower.at(x, std::lround(below.y)), 3);
}

TEST(FitRigTest, IrisesAndLidsAreFoundWhereTheyWereDrawn) {
  const DrawnFace face;
  const FaceRig& rig = UsualRig();
  for (int side = 0; side < 2; ++side) {
    const RigEye& eye = rig.eyes[side];
    EXPECT_NEAR(eye.centre_x, side == 0 ? -.5 : .5, .01);
    EXPECT_NEAR(eye.iris.x, eye.centre_x + face.iris_aside, .015);
    EXPECT_NEAR(eye.iris.y, face.IrisY(), .02);
    EXPECT_NEAR(eye.iris_radius, DrawnFace::kIrisRadius, .009);
    EXPECT_GT(eye.iris_contrast, 60);
    // Lashes are drawn .03 thick above the lid.
    const int middle = kEyeSamples / 2;
    EXPECT_NEAR(eye.upper[middle], -DrawnFace::kLidHeight - .03, .015);
    EXPECT_NEAR(eye.lower[middle], DrawnFace::kLidHeight, .015);
    EXPECT_NEAR(eye.crease[0], 205, 8);
  }
}

TEST(FitRigTest, TheWhiteIsFilledInBehindTheIris) {
  const DrawnFace face;
  const FaceRig& rig = UsualRig();
  const RigEye& eye = rig.eyes[0];
  const Vec2 iris = face.Px(-.5 + face.iris_aside, 0);
  const int x = std::lround(iris.x) - eye.x0;
  const int y = std::lround(iris.y) - eye.y0;
  EXPECT_NEAR(eye.sclera.at(x, y, 0), 228, 12);
  EXPECT_NEAR(eye.iris_texture.at(x, y, 0), 60, 12);
  EXPECT_EQ(eye.sclera.width, eye.x1 - eye.x0);
  EXPECT_EQ(eye.sclera.height, eye.y1 - eye.y0);
}

TEST(FitRigTest, ClosedEyesHaveNoIrisContrast) {
  DrawnFace face;
  face.eyes_open = false;
  const FaceRig rig = Fit(face);
  for (const RigEye& eye : rig.eyes) {
    EXPECT_LT(eye.iris_contrast, 8);
    for (int i = 0; i < kEyeSamples; ++i) {
      EXPECT_LT(eye.upper[i], eye.lower[i]);
    }
  }
}

TEST(FitRigTest, ColoursAreThoseOfTheDrawing) {
  const FaceRig& rig = UsualRig();
  EXPECT_NEAR(rig.skin[0], 205, 3);
  EXPECT_NEAR(rig.skin[2], 140, 3);
  EXPECT_NEAR(rig.lip[0], 172, 4);
  EXPECT_NEAR(rig.lip[1], 82, 4);
  EXPECT_GT(rig.colourfulness, .9);
  EXPECT_LT(rig.cavity[1], 30);
}

TEST(FitRigTest, TheFrameAtRestIsThePortrait) {
  const DrawnFace face = SmallFace();
  const Image framed = face.Draw();
  const FaceRig rig = Fit(face);
  ASSERT_EQ(rig.image.data.size(), framed.rgb.size());
  for (size_t i = 0; i < framed.rgb.size(); ++i) {
    ASSERT_EQ(rig.image.data[i], framed.rgb[i]);
  }
}

TEST(FitRigTest, FitsFramesThatAreNotSquare) {
  for (const auto& [w, h] : {std::pair(640, 360), {360, 640}}) {
    DrawnFace face;
    face.width = w;
    face.height = h;
    face.iod_px = 59;
    face.origin_x = w / 2;
    face.origin_y = h * .4;
    const FaceRig rig = Fit(face);
    EXPECT_EQ(rig.width, w);
    EXPECT_EQ(rig.depth.width, w);
    EXPECT_EQ(rig.plate.height, h);
    EXPECT_LT(EdgeError(rig, face, .8), .02);
    const Vec2 hair = face.Px(0, -1.2), wall = face.Px(-1.4, 0);
    EXPECT_EQ(rig.alpha.at(std::lround(hair.x), std::lround(hair.y)), 1.f);
    EXPECT_EQ(rig.alpha.at(std::lround(wall.x), std::lround(wall.y)), 0.f);
  }
}

TEST(FitRigTest, ALargerFrameGivesTheSameFace) {
  DrawnFace large;
  large.width = large.height = 1024;
  large.iod_px = 168;
  large.origin_x = 512;
  large.origin_y = 420;
  const FaceRig& a = UsualRig();
  const FaceRig b = Fit(large);
  EXPECT_LT(EdgeError(b, large, .8), .012);
  EXPECT_NEAR(a.eyes[0].iris.x, b.eyes[0].iris.x, .013);
  double difference = 0;
  for (int y = 0; y < 512; ++y) {
    for (int x = 0; x < 512; ++x) {
      difference += std::abs(a.alpha.at(x, y) - b.alpha.at(2 * x, 2 * y));
    }
  }
  EXPECT_LT(difference / (512 * 512), .02);
}

TEST(FitRigTest, TheSameInputGivesTheSameBytes) {
  const DrawnFace face = SmallFace();
  EXPECT_EQ(SerializeRig(Fit(face)), SerializeRig(Fit(face)));
}

// Faces at and past the border: a rig of finite numbers, or a refusal.
TEST(FitRigTest, FacesNearTheBorderNeitherCrashNorGiveNaN) {
  int fitted = 0, refused = 0;
  for (const int oy : {2, 30, 64, 100, 126}) {
    for (const int ox : {-20, 1, 30, 64, 110, 127}) {
      DrawnFace face = SmallFace();
      face.origin_x = ox;
      face.origin_y = oy;
      const StatusOr<FaceRig> rig = FitRig(face.Draw(), face.Landmarks(), 1.f);
      if (!rig.ok()) {
        EXPECT_EQ(rig.status().code(), StatusCode::kInvalidArgument)
            << rig.status();
        ++refused;
        continue;
      }
      ++fitted;
      // The parser refuses anything that isn't finite.
      const StatusOr<FaceRig> again = ParseRig(SerializeRig(*rig));
      EXPECT_TRUE(again.ok()) << again.status();
      EXPECT_TRUE(AllFinite(rig->plate) && AllFinite(rig->alpha));
    }
  }
  EXPECT_GE(fitted, 20);
  EXPECT_GE(refused, 5);  // those whose eyes lie outside
}

TEST(FitRigTest, WildLandmarksNeitherCrashNorGiveNaN) {
  const DrawnFace face = SmallFace();
  const Image framed = face.Draw();
  uint32_t state = 1;
  const auto jitter = [&] {
    state = state * 1664525u + 1013904223u;
    return (state >> 8) / 16777216.f - .5f;
  };
  int fitted = 0;
  for (int round = 0; round < 24; ++round) {
    std::array<Vec2, 68> marks = face.Landmarks();
    for (Vec2& m : marks) {
      m.x += jitter() * round;
      m.y += jitter() * round;
    }
    const StatusOr<FaceRig> rig = FitRig(framed, marks, 1.f);
    if (!rig.ok()) {
      EXPECT_EQ(rig.status().code(), StatusCode::kInvalidArgument);
      continue;
    }
    ++fitted;
    const StatusOr<FaceRig> again = ParseRig(SerializeRig(*rig));
    EXPECT_TRUE(again.ok()) << again.status();
  }
  EXPECT_GE(fitted, 8);
}

TEST(FitRigTest, AFlatGreyPictureGivesAFiniteRig) {
  const DrawnFace face = SmallFace();
  Image grey(face.width, face.height);
  std::fill(grey.rgb.begin(), grey.rgb.end(), uint8_t{128});
  const StatusOr<FaceRig> rig = FitRig(grey, face.Landmarks(), 1.f);
  ASSERT_TRUE(rig.ok()) << rig.status();
  EXPECT_TRUE(ParseRig(SerializeRig(*rig)).ok());
  EXPECT_LT(rig->colourfulness, .01);
}

TEST(FitRigTest, RefusesWhatNoFaceHas) {
  const DrawnFace face = SmallFace();
  const Image framed = face.Draw();
  const auto code = [&](const std::array<Vec2, 68>& marks) {
    return FitRig(framed, marks, 1.f).status().code();
  };
  std::array<Vec2, 68> nan = face.Landmarks();
  nan[3].y = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(code(nan), StatusCode::kInvalidArgument);

  std::array<Vec2, 68> one_point;
  one_point.fill({60, 60});
  EXPECT_EQ(code(one_point), StatusCode::kInvalidArgument);

  std::array<Vec2, 68> no_mouth = face.Landmarks();
  for (int i = 48; i < 68; ++i) no_mouth[i] = no_mouth[51];
  EXPECT_EQ(code(no_mouth), StatusCode::kInvalidArgument);

  std::array<Vec2, 68> mirrored = face.Landmarks();
  for (Vec2& m : mirrored) m.y = 128 - m.y;
  EXPECT_EQ(code(mirrored), StatusCode::kInvalidArgument);

  Image cut = framed;
  cut.rgb.pop_back();
  EXPECT_EQ(FitRig(cut, face.Landmarks(), 1.f).status().code(),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(FitRig(framed, face.Landmarks(), 0.f).status().code(),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(FitRig(Image(32, 32), face.Landmarks(), 1.f).status().code(),
            StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace longtake::worker
