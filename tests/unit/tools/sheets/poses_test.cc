#include "tools/sheets/poses.h"

#include <gtest/gtest.h>

#include <set>

#include "worker/engine/phonetics/phones.h"

namespace longtake::tools {
namespace {

TEST(PosesTest, EveryVisemeIsShownOnceAtItsFullStrength) {
  const std::vector<NamedPose> poses = VisemePoses();
  ASSERT_EQ(poses.size(), size_t{worker::kVisemes + 1});
  std::set<std::string> names;
  for (const NamedPose& pose : poses) names.insert(pose.name);
  EXPECT_EQ(names.size(), poses.size());
  EXPECT_EQ(poses[worker::kVisemePP].motion[worker::kMouthClose], 1);
  EXPECT_GT(poses[worker::kVisemeFF].motion[worker::kMouthRollLower], 0.5f);
  EXPECT_GT(poses[worker::kVisemeUU].motion[worker::kMouthPucker], 0.5f);
  EXPECT_GT(poses[worker::kVisemeAA].motion[worker::kJawOpen], 0.5f);
  EXPECT_GT(poses[worker::kVisemeII].motion[worker::kMouthSmileLeft], 0.2f);
  EXPECT_EQ(poses.back().motion[worker::kMouthClose], 1);
}

TEST(PosesTest, EmotionsGrowDownTheColumns) {
  const std::vector<NamedPose> poses = EmotionPoses();
  ASSERT_EQ(poses.size() % kEmotionColumns, 0u);
  constexpr int kHappy = 1;
  float before = 0;
  for (int row = 0; row < 3; ++row) {
    const NamedPose& happy = poses[row * kEmotionColumns + kHappy];
    EXPECT_GT(happy.motion[worker::kMouthSmileLeft], before);
    before = happy.motion[worker::kMouthSmileLeft];
  }
  EXPECT_GT(poses[3 * kEmotionColumns].motion[worker::kHeadYaw], 0.1f);
}

}  // namespace
}  // namespace longtake::tools
