#include "worker/engine/render/eye_numbers.h"

#include "gtest/gtest.h"

namespace longtake::worker {
namespace {

std::array<EyeTraits, 2> Traits() {
  return {{{{-0.5f, 0.01f}, 0.15f, 1}, {{0.5f, 0.02f}, 0.12f, 0.5f}}};
}

TEST(EyeNumbersTest, NothingIsChangedAtRest) {
  const EyeNumbers n = NumbersOf(FacePose{}, Traits());
  for (int k = 0; k < 2; ++k) {
    for (const EyeNumber row :
         {kBlinkShare, kLowerRise, kLidSmoothing, kLidShadow, kLashLine,
          kGazeOn, kGazeX, kGazeY}) {
      EXPECT_EQ(n[row][k], 0) << row;
    }
    EXPECT_EQ(n[kIrisX][k], Traits()[k].iris.x);
    EXPECT_EQ(n[kIrisY][k], Traits()[k].iris.y);
  }
}

TEST(EyeNumbersTest, EachEyeClosesOnItsOwn) {
  FacePose pose;
  pose.eyes[1].blink = 1;
  const EyeNumbers n = NumbersOf(pose, Traits());
  EXPECT_EQ(n[kBlinkShare][1], 1);
  EXPECT_EQ(n[kLidSmoothing][1], 1);
  EXPECT_GT(n[kLashLine][1], 0.2f);
  EXPECT_GT(n[kLowerRise][1], 0.2f * 0.12f);
  EXPECT_EQ(n[kBlinkShare][0], 0);
  EXPECT_EQ(n[kLashLine][0], 0);
}

TEST(EyeNumbersTest, AWideEyeIsNeitherSmoothedNorDarkened) {
  FacePose pose;
  pose.eyes[0].blink = -0.3f;
  const EyeNumbers n = NumbersOf(pose, Traits());
  EXPECT_EQ(n[kBlinkShare][0], -0.3f);
  EXPECT_EQ(n[kLidSmoothing][0], 0);
  EXPECT_EQ(n[kLidShadow][0], 0);
}

TEST(EyeNumbersTest, GazeMovesTheIrisAndFadesInWhereTheIrisIsSeen) {
  FacePose pose;
  for (auto& eye : pose.eyes) eye.gaze_x = 0.1f;
  const EyeNumbers little = NumbersOf(pose, Traits());
  EXPECT_GT(little[kGazeOn][0], 0);
  EXPECT_LT(little[kGazeOn][0], 1);
  EXPECT_LT(little[kGazeOn][1], little[kGazeOn][0]);
  for (auto& eye : pose.eyes) eye.gaze_x = 1;
  const EyeNumbers full = NumbersOf(pose, Traits());
  EXPECT_EQ(full[kGazeOn][0], 1);
  EXPECT_EQ(full[kGazeOn][1], 0.5f);
  EXPECT_GT(full[kIrisX][0], little[kIrisX][0]);
  EXPECT_EQ(full[kIrisX][0], Traits()[0].iris.x + full[kGazeX][0]);
  std::array<EyeTraits, 2> stone = Traits();
  stone[0].gaze_gain = 0;
  EXPECT_EQ(NumbersOf(pose, stone)[kGazeOn][0], 0);
  EXPECT_EQ(GazeOf(pose, stone, 0), 0);
  EXPECT_GT(GazeOf(pose, stone, 1), 0);
}

TEST(EyeNumbersTest, AGreyCreaseMakesALidOfSkinAsDark) {
  const Rgb skin = {210, 160, 130}, crease = {120, 118, 116};
  const Rgb lid = LidColour(skin, crease);
  const auto luma = [](const Rgb& c) {
    return 0.299f * c[0] + 0.587f * c[1] + 0.114f * c[2];
  };
  EXPECT_NEAR(luma(lid), luma(crease), 0.5f);
  EXPECT_GT(lid[0] / lid[2], 1.3f);
  EXPECT_LT(lid[0] / lid[2], skin[0] / skin[2]);
  EXPECT_EQ(LidColour(skin, skin), skin);
}

}  // namespace
}  // namespace longtake::worker
