#include "worker/engine/render/warp_grid.h"

#include <algorithm>
#include <cmath>

#include "gtest/gtest.h"
#include "tests/unit/worker/engine/render/drawn_rig.h"
#include "worker/engine/render/head_turn.h"
#include "worker/engine/render/layer_texture.h"
#include "worker/engine/render/motion_to_handles.h"
#include "worker/engine/render/rig_check.h"

namespace longtake::worker {
namespace {

TEST(NodeGridTest, LastNodesReachTheBoxesLastPixel) {
  for (const int size : {16, 17, 18, 19, 20, 97}) {
    const NodeGrid g = CoverBox({3, 5, size, size + 1}, 4);
    EXPECT_GE((g.nw - 1) * g.step, size - 1);
    EXPECT_LT((g.nw - 2) * g.step, size - 1);
    EXPECT_GE((g.nh - 1) * g.step, size);
  }
}

TEST(HandleBasisTest, AFieldFollowsItsHandles) {
  const auto rig = SmallRig(DrawnGap::kClosed);
  const HandleBasis basis(*rig);
  // One node on a handle of the lower lip: the weights there pick it out.
  const Vec2 handle = rig->handles.lower_inner[4];
  const Vec2 px = PixelPoint(*rig, handle);
  const int x = static_cast<int>(std::lround(px.x));
  const int y = static_cast<int>(std::lround(px.y));
  const WarpGrid grid = basis.Evaluate(*rig, {x, y, 1, 1, 1});
  EXPECT_GT(grid.lower[kHandleLowerInner + 4], 0.7f);
  EXPECT_EQ(grid.upper[kHandleLowerInner + 4], 0);
  EXPECT_LT(std::abs(grid.lower[kHandleBrow]), 0.01f);
}

TEST(HandleBasisTest, AMoveOfAllHandlesTogetherStaysInsideTheStillRing) {
  const auto rig = SmallRig(DrawnGap::kClosed);
  const WarpGrid grid = HandleBasis(*rig).Evaluate(*rig, {0, 0, 8, 50, 40});
  for (int n = 0; n < grid.nodes.count(); ++n) {
    float sum = 0;
    for (int k = 0; k < kHandleCount; ++k) {
      sum += grid.upper[static_cast<size_t>(n) * kHandleCount + k];
    }
    EXPECT_LT(sum, 1.25f);
    EXPECT_GT(sum, -0.25f);
  }
}

TEST(HandleBasisTest, BothFieldsAgreeBeyondTheCorners) {
  const auto rig = SmallRig(DrawnGap::kClosed);
  const WarpGrid grid = HandleBasis(*rig).Evaluate(*rig, {0, 0, 4, 100, 80});
  int checked = 0;
  for (int n = 0; n < grid.nodes.count(); ++n) {
    const Vec2 st = MouthPoint(*rig, {grid.x[n], grid.y[n]});
    if (std::abs(st.x) < 1.26f) continue;
    for (int k = 0; k < kHandleCount; ++k) {
      const size_t at = static_cast<size_t>(n) * kHandleCount + k;
      EXPECT_NEAR(grid.upper[at], grid.lower[at], 1e-5f);
      ++checked;
    }
  }
  EXPECT_GT(checked, 1000);
}

TEST(LayerTextureTest, EvenSamplesAreThePixelsThemselves) {
  const auto rig = SmallRig(DrawnGap::kTeeth);
  const LayerTexture t = MakeHeadTexture(*rig);
  ASSERT_EQ(t.width, 2 * rig->width - 1);
  ASSERT_EQ(t.height, 2 * rig->height - 1);
  const size_t plane = static_cast<size_t>(t.width) * t.height;
  for (int y = 0; y < rig->height; y += 7) {
    for (int x = 0; x < rig->width; x += 5) {
      const size_t at = static_cast<size_t>(2 * y) * t.width + 2 * x;
      const float share = t.data[3 * plane + at];
      EXPECT_EQ(share, 1 - rig->alpha.at(x, y));
      for (int c = 0; c < 3; ++c) {
        EXPECT_NEAR(t.data[c * plane + at] + share * rig->plate.at(x, y, c),
                    rig->image.at(x, y, c), 1e-3f);
      }
    }
  }
}

TEST(MovingBandsTest, ShorterMovesHaveSmallerBandsInsideTheLongerOnes) {
  const auto rig = SmallRig(DrawnGap::kTeeth);
  const auto area = [](const std::vector<PixelBox>& bands) {
    int sum = 0;
    for (const PixelBox& b : bands) sum += b.w * b.h;
    return sum;
  };
  const std::vector<PixelBox> far = MovingBands(*rig, 32);
  const std::vector<PixelBox> near = MovingBands(*rig, 32, 0.05f);
  EXPECT_LT(10 * area(near), 9 * area(far));
  for (const PixelBox& n : near) {
    const auto same =
        std::find_if(far.begin(), far.end(),
                     [&](const PixelBox& f) { return f.y0 == n.y0; });
    ASSERT_NE(same, far.end());
    EXPECT_GE(n.x0, same->x0);
    EXPECT_LE(n.x0 + n.w, same->x0 + same->w);
  }
}

TEST(HeadTurnTest, SignsAreThoseOfTheMotionTrack) {
  const auto rig = SmallRig(DrawnGap::kClosed);
  const Vec2 nose = rig->landmarks[30];
  const auto shift = [&](float yaw, float pitch, float roll, Vec2 at) {
    FacePose pose;
    pose.yaw = yaw;
    pose.pitch = pitch;
    pose.roll = roll;
    return HeadShiftPx(*rig, MakeHeadTurn(pose), at);
  };
  EXPECT_GT(shift(0.1f, 0, 0, nose).x, 2);  // to the image right
  EXPECT_GT(shift(0, 0.1f, 0, nose).y, 2);  // down
  EXPECT_GT(shift(0, 0, 0.1f, nose).x, 2);  // clockwise: the top goes right
  EXPECT_EQ(shift(0, 0, 0, nose).x, 0);
}

TEST(RigCheckTest, NamesThePartThatDoesNotFit) {
  FaceRig rig = *SmallRig(DrawnGap::kClosed);
  EXPECT_TRUE(CheckRig(rig).ok());
  rig.alpha = Plane(3, 3, 1);
  const Status plane = CheckRig(rig);
  EXPECT_EQ(plane.code(), StatusCode::kInvalidArgument);
  EXPECT_NE(std::string(plane.message()).find("alpha"), std::string::npos);
  rig = *SmallRig(DrawnGap::kClosed);
  rig.handles.jaw.pop_back();
  EXPECT_NE(std::string(CheckRig(rig).message()).find("jaw"),
            std::string::npos);
}

}  // namespace
}  // namespace longtake::worker
