// The drawer of processors against the LibTorch one, which is the reference:
// docs/drawing.md, "Agreement between drawers". And against itself, with every
// set of vector instructions that this machine has.

#include <ATen/Parallel.h>
#include <hwy/targets.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/unit/worker/engine/render/drawn_rig.h"
#include "worker/engine/render/drawer.h"
#include "worker/engine/render/head_turn.h"

namespace longtake::worker {
namespace {

struct Pose {
  const char* name;
  std::vector<std::pair<MotionChannel, float>> channels;
};

std::vector<Pose> Poses() {
  return {
      {"neutral", {}},
      {"p", {{kMouthClose, 1}, {kMouthPressLeft, .7f}, {kJawOpen, .05f}}},
      {"a", {{kJawOpen, .8f}, {kMouthLowerDownLeft, .3f}}},
      {"e",
       {{kJawOpen, .2f}, {kMouthStretchLeft, .9f}, {kMouthUpperUpRight, .4f}}},
      {"o", {{kJawOpen, .45f}, {kMouthFunnel, .9f}, {kMouthPucker, .3f}}},
      {"u", {{kJawOpen, .1f}, {kMouthPucker, 1}, {kMouthClose, .4f}}},
      {"f", {{kMouthRollLower, 1}, {kMouthUpperUpLeft, .7f}}},
      {"smile", {{kMouthSmileLeft, 1}, {kMouthSmileRight, 1}, {kTongueOut, 1}}},
      {"blink", {{kEyeBlinkLeft, 1}, {kEyeBlinkRight, .6f}}},
      {"look",
       {{kEyeLookOutLeft, 1}, {kEyeLookInRight, 1}, {kEyeLookUpLeft, .5f}}},
      {"frown", {{kBrowDownLeft, 1}, {kBrowDownRight, 1}, {kEyeSquintLeft, 1}}},
      {"turned", {{kHeadYaw, .25f}, {kHeadPitch, -.1f}, {kHeadRoll, .12f}}},
      {"everything",
       {{kHeadYaw, -.12f},
        {kHeadRoll, .05f},
        {kJawOpen, .5f},
        {kEyeBlinkLeft, .4f},
        {kBrowInnerUp, .8f},
        {kCheekPuff, .5f},
        {kNoseSneerLeft, .6f},
        {kMouthSmileRight, .5f}}},
  };
}

Image Draw(FrameDrawer& drawer, const Pose& pose) {
  MotionFrame motion{};
  for (const auto& [channel, value] : pose.channels) motion[channel] = value;
  Image out;
  const Status s = drawer.Draw(motion, &out);
  EXPECT_TRUE(s.ok()) << s;
  return out;
}

struct Box {
  int x0, y0, x1, y1;
};

double Psnr(const Image& a, const Image& b, const Box& box) {
  double sum = 0;
  int64_t count = 0;
  for (int y = box.y0; y < box.y1; ++y) {
    for (int x = 3 * box.x0; x < 3 * box.x1; ++x) {
      const size_t at = static_cast<size_t>(y) * a.width * 3 + x;
      const double d = double{1} * a.rgb[at] - b.rgb[at];
      sum += d * d;
      ++count;
    }
  }
  return sum == 0 ? 99 : 10 * std::log10(255.0 * 255 * count / sum);
}

int Worst(const Image& a, const Image& b) {
  int worst = 0;
  for (size_t i = 0; i < a.rgb.size(); ++i) {
    worst = std::max(worst, std::abs(int{a.rgb[i]} - int{b.rgb[i]}));
  }
  return worst;
}

// Where no mask lets anything move.
int WorstWhereNothingMoves(const FaceRig& rig, const Image& a, const Image& b) {
  int worst = 0;
  for (int y = 0; y < rig.height; ++y) {
    for (int x = 0; x < rig.width; ++x) {
      if (rig.head_mask.at(x, y) > 0 || rig.expression_mask.at(x, y) > 0) {
        continue;
      }
      for (int c = 0; c < 3; ++c) {
        const size_t at = (static_cast<size_t>(y) * rig.width + x) * 3 + c;
        worst = std::max(worst, std::abs(int{a.rgb[at]} - int{b.rgb[at]}));
      }
    }
  }
  return worst;
}

class AgreementTest : public testing::TestWithParam<DrawnGap> {};

TEST_P(AgreementTest, BothDrawersAgreeInEveryPose) {
  at::set_num_threads(1);
  const auto rig = SmallRig(GetParam());
  const auto host = CreateHostDrawer(rig), torch = CreateTorchDrawer(rig);
  ASSERT_TRUE(host.ok() && torch.ok());
  const Image portrait = Draw(**torch, Poses()[0]);
  const Vec2 eyes = PixelPoint(*rig, {0, 0});
  const auto reach = [&](float iod) {
    return static_cast<int>(iod * rig->iod_px);
  };
  const Box all{0, 0, rig->width, rig->height};
  const Box face{std::max(0, static_cast<int>(eyes.x) - reach(1.2f)),
                 std::max(0, static_cast<int>(eyes.y) - reach(0.6f)),
                 std::min(rig->width, static_cast<int>(eyes.x) + reach(1.2f)),
                 std::min(rig->height, static_cast<int>(eyes.y) + reach(2.0f))};
  for (const Pose& pose : Poses()) {
    const Image a = Draw(**host, pose), b = Draw(**torch, pose);
    ASSERT_EQ(a.rgb.size(), b.rgb.size());
    EXPECT_GE(Psnr(a, b, all), 45) << pose.name;
    EXPECT_GE(Psnr(a, b, face), 42) << pose.name;
    if (pose.channels.empty()) {
      EXPECT_LE(Worst(a, b), 1);
    }
    EXPECT_LE(WorstWhereNothingMoves(*rig, a, portrait), 1) << pose.name;
  }
}

TEST_P(AgreementTest, EverySetOfVectorInstructionsGivesTheSameBits) {
  const auto rig = SmallRig(GetParam());
  const int64_t all = hwy::SupportedTargets();
  std::vector<Image> first;
  int sets = 0;
  for (int64_t left = all; left != 0; left &= left - 1) {
    hwy::SetSupportedTargetsForTest(left & -left);
    hwy::GetChosenTarget().Update(left & -left);
    const auto drawer = CreateHostDrawer(rig);
    ASSERT_TRUE(drawer.ok());
    std::vector<Image> frames;
    for (const Pose& pose : Poses()) frames.push_back(Draw(**drawer, pose));
    if (first.empty()) first = frames;
    for (size_t i = 0; i < frames.size(); ++i) {
      EXPECT_EQ(Worst(frames[i], first[i]), 0) << Poses()[i].name;
    }
    ++sets;
  }
  hwy::SetSupportedTargetsForTest(0);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  EXPECT_GE(sets, 1);
}

INSTANTIATE_TEST_SUITE_P(Mouths, AgreementTest,
                         testing::Values(DrawnGap::kTeeth, DrawnGap::kDark,
                                         DrawnGap::kClosed));

}  // namespace
}  // namespace longtake::worker
