#include "worker/engine/render/skin_patches.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>

#include "gtest/gtest.h"
#include "tests/unit/worker/engine/render/drawn_rig.h"
#include "worker/engine/render/head_turn.h"
#include "worker/engine/render/motion_to_handles.h"

namespace longtake::worker {
namespace {

class SkinPatchesTest : public testing::Test {
 protected:
  static std::shared_ptr<const FaceRig> Rig(DrawnGap gap) {
    static std::map<DrawnGap, std::shared_ptr<const FaceRig>> rigs;
    auto& rig = rigs[gap];
    if (rig == nullptr) rig = SmallRig(gap);
    return rig;
  }

  static Vec2 PixelAt(const FaceRig& rig, float s, float t) {
    const float along = s * rig.mouth_half_width;
    return PixelPoint(
        rig, {rig.mouth_centre.x + along * rig.mouth_x.x + t * rig.mouth_y.x,
              rig.mouth_centre.y + along * rig.mouth_x.y + t * rig.mouth_y.y});
  }

  // A disc of one colour on the portrait, centre in the mouth frame.
  static void Paint(float s, float t, float radius, const Rgb& colour,
                    FaceRig* rig) {
    const Vec2 at = PixelAt(*rig, s, t);
    for (int y = 0; y < rig->height; ++y) {
      for (int x = 0; x < rig->width; ++x) {
        if (std::hypot(x - at.x, y - at.y) > radius * rig->iod_px) continue;
        for (int c = 0; c < 3; ++c) rig->image.at(x, y, c) = colour[c];
      }
    }
  }

  // Green of the portrait at a point of the mouth frame, with a whole patch.
  static float With(const SkinPatch& patch, const FaceRig& rig, float s,
                    float t) {
    const Vec2 at = PixelAt(rig, s, t);
    const int x = static_cast<int>(std::lround(at.x));
    const int y = static_cast<int>(std::lround(at.y));
    return rig.image.at(x, y, 1) +
           patch.delta.at(x - patch.box.x0, y - patch.box.y0, 1);
  }
  static float Photographed(const FaceRig& rig, float s, float t) {
    const Vec2 at = PixelAt(rig, s, t);
    return rig.image.at(static_cast<int>(std::lround(at.x)),
                        static_cast<int>(std::lround(at.y)), 1);
  }

  static constexpr Rgb kShade = {90, 55, 45};
};

TEST_F(SkinPatchesTest, DarkSpotsPastTheCornersBecomeSkin) {
  FaceRig rig = *Rig(DrawnGap::kTeeth);
  const float skin = Photographed(rig, 1.18f, 0);
  for (const float s : {-1.18f, 1.18f}) Paint(s, 0, 0.05f, kShade, &rig);
  const SkinPatch patch = RelaxedSkin(rig);
  for (const float s : {-1.18f, 1.18f}) {
    ASSERT_LT(Photographed(rig, s, 0), skin - 80);
    EXPECT_GT(With(patch, rig, s, 0), skin - 20) << s;
  }
  // Plain skin keeps its grain.
  EXPECT_NEAR(With(patch, rig, 1.5f, 0.15f), Photographed(rig, 1.5f, 0.15f), 3);
}

// Folds belong to a smile: a face that does not smile keeps its own.
TEST_F(SkinPatchesTest, FoldsGoWithTheSmileThatMadeThem) {
  FaceRig rig = *Rig(DrawnGap::kTeeth);
  const float beside = 1 + 0.13f / rig.mouth_half_width;
  const float skin = Photographed(rig, beside, -0.25f);
  for (float t = -0.40f; t < -0.2f; t += 0.02f) {
    Paint(beside, t, 0.03f, kShade, &rig);
  }
  const float fold = Photographed(rig, beside, -0.25f);
  ASSERT_LT(fold, skin - 80);
  EXPECT_EQ(With(RelaxedSkin(rig), rig, beside, -0.25f), fold);
  // As wide as a grin: the same place, seen from wider corners.
  FaceRig smiling = rig;
  smiling.mouth_half_width = 0.50f;
  for (int side : {0, 1}) {
    smiling.handles.corner[side].x +=
        (side == 0 ? -1 : 1) * (0.50f - rig.mouth_half_width);
  }
  const float there = beside * rig.mouth_half_width / 0.50f;
  EXPECT_GT(With(RelaxedSkin(smiling), smiling, there, -0.25f), skin - 40);
}

TEST_F(SkinPatchesTest, ASmilesGlossLeavesTheLowerLip) {
  FaceRig rig = *Rig(DrawnGap::kTeeth);
  const float t = MouthCurve(rig.lower_edge, 0) + 0.06f;
  const float lip = Photographed(rig, 0, t);
  Paint(0, t, 0.025f, {250, 240, 235}, &rig);
  EXPECT_GT(With(RelaxedSkin(rig), rig, 0, t), lip + 130);
  rig.mouth_half_width = 0.50f;
  EXPECT_LT(With(RelaxedSkin(rig), rig, 0, t), lip + 90);
}

// Where lip and teeth were photographed blurred into one another a closed
// mouth would show a pale seam.
TEST_F(SkinPatchesTest, RimsOfOpenLipsAreLipAndALittleDarker) {
  for (const DrawnGap gap : {DrawnGap::kTeeth, DrawnGap::kDark}) {
    const auto rig = Rig(gap);
    const SkinPatch patch = RelaxedSkin(*rig);
    const float upper = MouthCurve(rig->upper_edge, 0);
    const float lower = MouthCurve(rig->lower_edge, 0);
    for (const auto& [edge, lip] :
         {std::pair(upper, upper - 0.06f), {lower, lower + 0.06f}}) {
      const float inside = Photographed(*rig, 0, lip);
      EXPECT_LT(With(patch, *rig, 0, edge), inside - 8);
      EXPECT_GT(With(patch, *rig, 0, edge), 0.5f * inside);
    }
  }
}

TEST_F(SkinPatchesTest, PartedLipsLoseTheSeamOfClosedOnes) {
  const auto rig = Rig(DrawnGap::kClosed);
  const SkinPatch patch = PartedLips(*rig);
  const float seam = MouthCurve(rig->upper_edge, 0);
  const float lip = Photographed(*rig, 0, seam + 0.07f);
  ASSERT_LT(Photographed(*rig, 0, seam), lip - 25);
  EXPECT_GT(With(patch, *rig, 0, seam), lip - 25);
  EXPECT_LT(With(patch, *rig, 0, seam), lip + 4);
  const auto open = Rig(DrawnGap::kTeeth);
  for (const float v : PartedLips(*open).delta.data) EXPECT_EQ(v, 0);
}

// Anger is read between the brows.
TEST_F(SkinPatchesTest, FrowningBrowsHaveTwoFurrowsBetweenThem) {
  const auto rig = Rig(DrawnGap::kClosed);
  const SkinPatch patch = FrownFurrows(*rig);
  const Vec2 left = rig->handles.brow[4], right = rig->handles.brow[5];
  const auto kept = [&](float x) {
    const Vec2 at = PixelPoint(*rig, {x, (left.y + right.y) / 2});
    const int px = static_cast<int>(std::lround(at.x));
    const int py = static_cast<int>(std::lround(at.y));
    return 1 + patch.delta.at(px - patch.box.x0, py - patch.box.y0, 1) /
                   rig->image.at(px, py, 1);
  };
  const float middle = (left.x + right.x) / 2, apart = right.x - left.x;
  for (const float side : {-1.f, 1.f}) {
    EXPECT_LT(kept(middle + 0.27f * side * apart), 0.88f);
  }
  EXPECT_GT(kept(middle), 0.95f);
  for (const float v : patch.delta.data) EXPECT_LE(v, 0);
}

TEST_F(SkinPatchesTest, NothingIsAddedAtTheBoxsBorder) {
  for (const DrawnGap gap : {DrawnGap::kTeeth, DrawnGap::kClosed}) {
    FaceRig rig = *Rig(gap);
    rig.mouth_half_width = 0.5f;
    for (const SkinPatch& patch :
         {RelaxedSkin(rig), PartedLips(rig), FrownFurrows(rig)}) {
      const Plane& d = patch.delta;
      ASSERT_EQ(d.width, patch.box.w);
      ASSERT_EQ(d.height, patch.box.h);
      for (int y = 0; y < d.height; ++y) {
        for (int x = 0; x < d.width; ++x) {
          if (x > 0 && y > 0 && x < d.width - 1 && y < d.height - 1) continue;
          EXPECT_EQ(d.at(x, y, 1), 0);
        }
      }
    }
  }
}

// A mouth near the frame's border: the box is cut, nothing outside is read.
TEST_F(SkinPatchesTest, AMouthAtTheBorderIsPatchedInsideTheFrame) {
  DrawnFace face = SmallFace(DrawnGap::kTeeth);
  face.origin_y = face.height - 70;
  const auto rig = FitDrawnFace(face);
  const SkinPatch patch = RelaxedSkin(*rig);
  EXPECT_GE(patch.box.y0, 0);
  EXPECT_LE(patch.box.y0 + patch.box.h, rig->height);
  for (const float v : patch.delta.data) ASSERT_TRUE(std::isfinite(v));
}

}  // namespace
}  // namespace longtake::worker
