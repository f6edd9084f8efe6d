#include "worker/engine/render/motion_to_handles.h"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/unit/worker/engine/render/drawn_rig.h"

namespace longtake::worker {
namespace {

class MotionToHandlesTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { rig_ = SmallRig(DrawnGap::kTeeth); }
  static void TearDownTestSuite() { rig_.reset(); }

  static FacePose Pose(const MotionFrame& motion) {
    auto pose = PoseFromMotion(*rig_, motion);
    EXPECT_TRUE(pose.ok()) << pose.status();
    return *pose;
  }

  static std::vector<float> Values(const FacePose& p) {
    std::vector<float> v;
    for (const Vec2& d : p.handles) v.insert(v.end(), {d.x, d.y});
    for (const EyePose& e : p.eyes) {
      v.insert(v.end(), {e.blink, e.lower_lid, e.gaze_x, e.gaze_y});
    }
    v.insert(v.end(), {p.yaw, p.pitch, p.roll, p.jaw_open, p.pucker, p.funnel,
                       p.tongue_out, p.close, p.tuck, p.jaw_shift, p.relaxed,
                       p.parted, p.frowned});
    return v;
  }

  static float Distance(const FacePose& a, const FacePose& b) {
    const std::vector<float> x = Values(a), y = Values(b);
    float sum = 0;
    for (size_t i = 0; i < x.size(); ++i) sum += std::abs(x[i] - y[i]);
    return sum;
  }

  // Gap left between the inner handles at kInnerS[i], IOD across the mouth.
  static float GapAt(const FacePose& pose, int i) {
    const Vec2 u = pose.handles[kHandleUpperInner + i];
    const Vec2 l = pose.handles[kHandleLowerInner + i];
    return MouthCurve(rig_->lower_edge, kInnerS[i]) -
           MouthCurve(rig_->upper_edge, kInnerS[i]) +
           (l.x - u.x) * rig_->mouth_y.x + (l.y - u.y) * rig_->mouth_y.y;
  }

  static float WidestGap(const FacePose& pose) {
    float widest = -1;
    for (int i = 0; i < 9; ++i) widest = std::max(widest, GapAt(pose, i));
    return widest;
  }

  static std::shared_ptr<const FaceRig> rig_;
};

std::shared_ptr<const FaceRig> MotionToHandlesTest::rig_;

TEST_F(MotionToHandlesTest, NoMotionMovesNothing) {
  for (const float v : Values(Pose({}))) EXPECT_EQ(v, 0);
}

TEST_F(MotionToHandlesTest, EveryChannelButEyeRollActsTheMoreTheHigherItIs) {
  for (int c = 0; c < kMotionChannels; ++c) {
    const bool none = c == kLeftEyeRoll || c == kRightEyeRoll;
    const float scale = c >= kHeadYaw ? 0.2f : 1;
    float last = 0;
    for (const float value : {0.25f, 0.5f, 0.75f, 1.f}) {
      MotionFrame motion{};
      motion[c] = value * scale;
      const float distance = Distance(Pose(motion), Pose({}));
      if (none) {
        EXPECT_EQ(distance, 0) << MotionChannelNames()[c];
      } else {
        EXPECT_GT(distance, last) << MotionChannelNames()[c] << value;
      }
      last = distance;
    }
  }
}

TEST_F(MotionToHandlesTest, ClosureLeavesNoGapWhateverElseOpensTheMouth) {
  const std::vector<std::vector<MotionChannel>> openers = {
      {},
      {kJawOpen},
      {kMouthLowerDownLeft, kMouthUpperUpRight},
      {kMouthFunnel, kJawOpen},
      {kMouthSmileLeft, kMouthSmileRight},
      {kJawLeft, kJawOpen, kMouthStretchLeft}};
  for (const auto& channels : openers) {
    MotionFrame motion{};
    for (const MotionChannel c : channels) motion[c] = 0.6f;
    EXPECT_GT(WidestGap(Pose(motion)), 0.01f);
    motion[kMouthClose] = 1;
    EXPECT_LE(WidestGap(Pose(motion)), 1e-5f);
  }
}

TEST_F(MotionToHandlesTest, AClosureHeardToNineTenthsLetsNextToNothingThrough) {
  MotionFrame motion{};
  motion[kJawOpen] = 0.2f;
  const float open = WidestGap(Pose(motion));
  motion[kMouthClose] = 0.9f;
  EXPECT_LE(WidestGap(Pose(motion)), 0.01f * open);
}

TEST_F(MotionToHandlesTest, ATuckedLowerLipLeavesAStripOfTheUpperTeeth) {
  MotionFrame motion{};
  motion[kJawOpen] = 0.1f;
  const float upper = Pose(motion).handles[kHandleUpperInner + 4].y;
  ASSERT_GT(WidestGap(Pose(motion)), 0.1f);
  motion[kMouthRollLower] = 1;
  const FacePose tucked = Pose(motion);
  EXPECT_NEAR(WidestGap(tucked), 0.034f, 0.005f);
  EXPECT_EQ(tucked.tuck, 1);
  EXPECT_NEAR(tucked.handles[kHandleUpperInner + 4].y, upper, 0.03f);
}

// An o is a ring: its lips touch beside the opening, which is an ellipse.
TEST_F(MotionToHandlesTest, RoundedLipsMeetTowardsTheCorners) {
  MotionFrame motion{};
  motion[kJawOpen] = 0.3f;
  const FacePose open = Pose(motion);
  EXPECT_GT(GapAt(open, 0), 0.3f * GapAt(open, 4));
  motion[kMouthFunnel] = 0.8f;
  motion[kMouthPucker] = 0.4f;
  const FacePose round = Pose(motion);
  EXPECT_GT(GapAt(round, 4), 0.1f);
  for (const int i : {0, 8}) EXPECT_LT(GapAt(round, i), 0.001f) << i;
  for (const int i : {2, 6}) {
    EXPECT_NEAR(GapAt(round, i) / GapAt(round, 4), 0.77f, 0.02f) << i;
  }
}

TEST_F(MotionToHandlesTest, TheCornersOfARoundedSmileComeToTheRingsMiddle) {
  FaceRig smiling = *rig_;
  smiling.mouth_half_width = 0.50f;
  for (int i = 0; i < kMouthSamples; ++i) {
    const float s = -1 + 2.f * i / (kMouthSamples - 1);
    smiling.upper_edge[i] += 0.12f * (1 - s * s);
    smiling.lower_edge[i] += 0.12f * (1 - s * s);
  }
  MotionFrame motion{};
  motion[kJawOpen] = 0.3f;
  motion[kMouthFunnel] = 0.8f;
  motion[kMouthPucker] = 0.4f;
  const auto pose = PoseFromMotion(smiling, motion);
  ASSERT_TRUE(pose.ok()) << pose.status();
  const float upper =
      smiling.upper_edge[60] + pose->handles[kHandleUpperInner + 4].y;
  const float lower =
      smiling.lower_edge[60] + pose->handles[kHandleLowerInner + 4].y;
  const float corner = pose->handles[kHandleCorner].y;
  EXPECT_GT(corner, upper);
  EXPECT_NEAR(corner, (upper + lower) / 2, 0.03f);
  // And inward, but not so far that the skin beside them folds.
  EXPECT_NEAR(pose->handles[kHandleCorner].x, 0.2f, 0.03f);
}

TEST_F(MotionToHandlesTest, ShadingRelaxesWithSpeechAndLipsPartWithTheirGap) {
  MotionFrame motion{};
  motion[kMouthSmileLeft] = motion[kMouthSmileRight] = 0.5f;
  EXPECT_EQ(Pose(motion).relaxed, 0);
  motion[kJawOpen] = 0.3f;
  EXPECT_GT(Pose(motion).relaxed, 0.4f);
  EXPECT_GT(Pose(motion).parted, 0.3f);
  motion[kMouthClose] = 1;
  EXPECT_EQ(Pose(motion).relaxed, 1);
  EXPECT_EQ(Pose(motion).parted, 0);
}

TEST_F(MotionToHandlesTest, TheJawTakesTheLowerLipAlongAndLeavesTheBrows) {
  MotionFrame motion{};
  motion[kJawOpen] = 1;
  const FacePose pose = Pose(motion);
  EXPECT_NEAR(pose.handles[kHandleJaw + 8].y, 0.36f, 1e-4f);
  EXPECT_GT(pose.handles[kHandleLowerInner + 4].y, 0.3f);
  // The upper lip only comes down over the photographed teeth.
  EXPECT_LT(std::abs(pose.handles[kHandleUpperInner + 4].y), 0.05f);
  EXPECT_EQ(pose.handles[kHandleBrow + 2].y, 0);
}

TEST_F(MotionToHandlesTest, AnOpeningIncludesTheGapThatThePhotographShows) {
  MotionFrame motion{};
  const float at_rest = WidestGap(Pose(motion));
  ASSERT_GT(at_rest, 0.1f);
  float before = at_rest;
  for (const float jaw : {0.25f, 0.5f, 0.75f, 1.f}) {
    motion[kJawOpen] = jaw;
    const float gap = WidestGap(Pose(motion));
    // Wider with every step, but by less than the chin drops.
    EXPECT_GT(gap, before) << jaw;
    EXPECT_LT(gap, at_rest + 0.36f * jaw - 0.3f * jaw * at_rest) << jaw;
    before = gap;
  }
}

TEST_F(MotionToHandlesTest, AFrownTakesBackWhatThePhotographSmiles) {
  FaceRig smiling = *rig_;
  smiling.mouth_half_width = 0.50f;
  const auto inward = [&smiling](float frown) {
    MotionFrame motion{};
    motion[kMouthFrownLeft] = motion[kMouthFrownRight] = frown;
    const auto pose = PoseFromMotion(smiling, motion);
    EXPECT_TRUE(pose.ok()) << pose.status();
    return pose->handles[kHandleCorner].x;
  };
  EXPECT_GT(inward(1), 0.05f);
  EXPECT_GT(inward(1), inward(0.5f));
  EXPECT_EQ(inward(0), 0);
}

TEST_F(MotionToHandlesTest, FrowningBrowsComeDownAndTogetherAtTheirInnerEnds) {
  MotionFrame motion{};
  motion[kBrowDownLeft] = motion[kBrowDownRight] = 1;
  const FacePose pose = Pose(motion);
  const Vec2* brow = &pose.handles[kHandleBrow];
  EXPECT_GT(brow[4].y, 0.06f);
  EXPECT_GT(brow[4].y, 2 * brow[0].y);
  EXPECT_GT(brow[4].x, 0.03f);
  EXPECT_LT(brow[5].x, -0.03f);
  EXPECT_EQ(pose.frowned, 1);
}

TEST_F(MotionToHandlesTest, LeftChannelsMoveTheRightOfTheImage) {
  MotionFrame motion{};
  motion[kMouthSmileLeft] = 1;
  motion[kEyeBlinkLeft] = 1;
  motion[kBrowDownLeft] = 1;
  const FacePose pose = Pose(motion);
  EXPECT_GT(pose.handles[kHandleCorner + 1].x, 0.05f);
  EXPECT_NEAR(pose.handles[kHandleCorner].x, 0, 1e-6f);
  EXPECT_EQ(pose.eyes[1].blink, 1);
  EXPECT_EQ(pose.eyes[0].blink, 0);
  EXPECT_GT(pose.handles[kHandleBrow + 6].y, 0.02f);
  EXPECT_EQ(pose.handles[kHandleBrow + 3].y, 0);
}

TEST_F(MotionToHandlesTest, BothEyesLookTheSameWayByShapesAndByAngles) {
  MotionFrame shapes{}, angles{};
  shapes[kEyeLookOutLeft] = shapes[kEyeLookInRight] = 1;
  angles[kLeftEyeYaw] = angles[kRightEyeYaw] = 0.25f;
  for (const MotionFrame& motion : {shapes, angles}) {
    const FacePose pose = Pose(motion);
    EXPECT_GT(pose.eyes[0].gaze_x, 0.5f);
    EXPECT_EQ(pose.eyes[0].gaze_x, pose.eyes[1].gaze_x);
    EXPECT_EQ(pose.eyes[0].gaze_y, 0);
  }
}

TEST_F(MotionToHandlesTest, AnglesOfTheEyesWinOverShapesWithoutAJump) {
  MotionFrame motion{};
  motion[kEyeLookOutLeft] = motion[kEyeLookInRight] = 1;
  float last = Pose(motion).eyes[1].gaze_x;
  for (int i = 1; i <= 40; ++i) {
    motion[kLeftEyeYaw] = -0.001f * static_cast<float>(i);
    const float gaze = Pose(motion).eyes[1].gaze_x;
    EXPECT_LE(std::abs(gaze - last), 0.1f) << i;
    last = gaze;
  }
  EXPECT_LT(last, -0.1f);
}

TEST_F(MotionToHandlesTest, ValuesPastTheirRangeAreClamped) {
  MotionFrame wild{}, tame{};
  wild[kJawOpen] = 7;
  tame[kJawOpen] = 1;
  wild[kMouthFunnel] = -3;
  wild[kHeadYaw] = 40;
  tame[kHeadYaw] = 0.7f;
  EXPECT_EQ(Values(Pose(wild)), Values(Pose(tame)));
}

TEST_F(MotionToHandlesTest, WhatIsNotANumberIsRefusedByName) {
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(),
                          std::numeric_limits<float>::infinity()}) {
    MotionFrame motion{};
    motion[kMouthPucker] = bad;
    const auto pose = PoseFromMotion(*rig_, motion);
    ASSERT_FALSE(pose.ok());
    EXPECT_EQ(pose.status().code(), StatusCode::kInvalidArgument);
    EXPECT_NE(std::string(pose.status().message()).find("MouthPucker"),
              std::string::npos);
  }
}

}  // namespace
}  // namespace longtake::worker
