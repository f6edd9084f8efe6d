#include "worker/engine/render/mouth_numbers.h"

#include <cmath>

#include "gtest/gtest.h"

namespace longtake::worker {
namespace {

constexpr MouthTraits kMouth{
    .upper_middle = -0.04f, .lower_middle = 0.05f, .incisor_edge = 0.02f};

TEST(MouthNumbersTest, WhatIsLeftOfTheLightIsWhatNothingTakes) {
  for (const float jaw : {0.f, 0.3f, 1.f}) {
    for (const float tuck : {0.f, 0.5f, 1.f}) {
      FacePose pose;
      pose.jaw_open = jaw;
      pose.tuck = tuck;
      const MouthNumbers v = NumbersOf(pose, kMouth);
      EXPECT_FLOAT_EQ(v[kRoofDark] + v[kRoofLight], 1);
      EXPECT_FLOAT_EQ(v[kFloorDark] + v[kFloorLight], 1);
      EXPECT_FLOAT_EQ(v[kSlitDark] + v[kSlitLight], 1);
      EXPECT_FLOAT_EQ(v[kPhotoDark] + v[kPhotoLight], 1);
    }
  }
}

// docs/drawing.md, "Mouth", point 5.
TEST(MouthNumbersTest, ATuckedLipLeavesTheTeethInTheLight) {
  FacePose pose;
  EXPECT_FLOAT_EQ(NumbersOf(pose, kMouth)[kRoofDark], 0.50f);
  pose.tuck = 1;
  const MouthNumbers tucked = NumbersOf(pose, kMouth);
  EXPECT_FLOAT_EQ(tucked[kRoofDark], 0.12f);
  EXPECT_FLOAT_EQ(tucked[kFloorDark], 0);
  EXPECT_FLOAT_EQ(tucked[kSlitDark], 0);
  EXPECT_FLOAT_EQ(tucked[kLowerRim], 0);
  EXPECT_FLOAT_EQ(tucked[kToothGaps], 0.4f);
}

TEST(MouthNumbersTest, RoundedLipsHideAndTintTheTeeth) {
  FacePose pose;
  const MouthNumbers rest = NumbersOf(pose, kMouth);
  EXPECT_FLOAT_EQ(rest[kUpperTeethDown], kMouth.incisor_edge);
  EXPECT_FLOAT_EQ(rest[kToothTintRed], 1);
  pose.pucker = 1;
  const MouthNumbers round = NumbersOf(pose, kMouth);
  EXPECT_FLOAT_EQ(TeethCover(pose), 0.12f);
  EXPECT_FLOAT_EQ(round[kUpperTeethDown], kMouth.incisor_edge - 0.12f);
  EXPECT_FLOAT_EQ(round[kLowerTeethUp], rest[kLowerTeethUp] - 0.6f * 0.12f);
  EXPECT_FLOAT_EQ(round[kToothTintRed], 0.70f);
  EXPECT_FLOAT_EQ(round[kToothTintGreen], std::pow(0.70f, 1.25f));
  EXPECT_FLOAT_EQ(round[kToothTintBlue], std::pow(0.70f, 1.5f));
}

TEST(MouthNumbersTest, TheJawTakesTheLowerTeethAndTheTongueAlong) {
  FacePose shut, open;
  open.jaw_open = 1;
  open.jaw_shift = 0.05f;
  const MouthNumbers a = NumbersOf(shut, kMouth), b = NumbersOf(open, kMouth);
  EXPECT_FLOAT_EQ(b[kLowerTeethUp], a[kLowerTeethUp] - 0.36f);
  EXPECT_FLOAT_EQ(b[kUpperTeethDown], a[kUpperTeethDown]);
  // A whole jaw lifts the tongue by 0.085 against it.
  EXPECT_NEAR(b[kTongueDepth], a[kTongueDepth] - 0.36f + 0.085f, 1e-6);
  EXPECT_FLOAT_EQ(b[kTongueAside], -0.05f);
}

TEST(MouthNumbersTest, AShownTongueIsHigherAndLighter) {
  FacePose in, out;
  out.tongue_out = 1;
  const MouthNumbers a = NumbersOf(in, kMouth), b = NumbersOf(out, kMouth);
  EXPECT_NEAR(b[kTongueDepth], a[kTongueDepth] + 0.075f, 1e-6);
  EXPECT_FLOAT_EQ(b[kTongueLight], 1.25f * a[kTongueLight]);
  EXPECT_FLOAT_EQ(b[kTongueDeepLight], 1.25f * a[kTongueDeepLight]);
}

}  // namespace
}  // namespace longtake::worker
