#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "tests/unit/worker/engine/audio/synthetic_speech.h"
#include "worker/engine/guides/motion_guides.h"
#include "worker/engine/motion/key_motions.h"

namespace longtake::worker {
namespace {

constexpr double kDegree = std::numbers::pi / 180;
constexpr FrameRate kFine{120, 1};
const std::map<std::string, std::string> kNoControls;

StatusOr<KeyMotions> Plan(const PcmReader& pcm, const std::string& rows) {
  Guides guides;
  if (!rows.empty()) {
    guides[kPoseTrackRole] = {"time,yaw,pitch,roll\n" + rows, "pose.csv"};
  }
  return PlanKeyMotions({pcm,
                         FramesForSamples(pcm.size_samples(), 16000, {30, 1}),
                         {30, 1},
                         1,
                         kNoControls,
                         &guides});
}

// Times on frames of 120 a second.
constexpr char kTrack[] =
    "4,15,-5,2\n5.5,-10,5,0\n6,-12,5,0\n12,20,0,-6\n14,20,10,-6\n";

TEST(KeyTurnsTest, KeyframesAreMetExactlyAtTheirTimes) {
  const auto keys = Plan(SyntheticSpeech(20), kTrack);
  ASSERT_TRUE(keys.ok()) << keys.status();
  const auto at = [&](double seconds) {
    return EvaluateKeyMotions(*keys, static_cast<FrameIndex>(seconds * 120),
                              kFine);
  };
  const double step = kAngleStep * 0.51;
  EXPECT_NEAR(at(4).yaw, 15 * kDegree, step);
  EXPECT_NEAR(at(4).pitch, -5 * kDegree, step);
  EXPECT_NEAR(at(4).roll, 2 * kDegree, step);
  EXPECT_NEAR(at(5.5).yaw, -10 * kDegree, step);
  EXPECT_NEAR(at(6).yaw, -12 * kDegree, step);
  EXPECT_NEAR(at(12).roll, -6 * kDegree, step);
  EXPECT_NEAR(at(14).pitch, 10 * kDegree, step);
}

TEST(KeyTurnsTest, ThePlannersOwnMotionIsLeftOutsideTheTrack) {
  const VectorPcm pcm = SyntheticSpeech(20);
  const KeyMotions with = *Plan(pcm, kTrack), without = *Plan(pcm, "");
  EXPECT_EQ(with.poses, without.poses);
  for (FrameIndex f = 0; f < 20 * 120; ++f) {
    const KeyMotionState a = EvaluateKeyMotions(with, f, kFine);
    const KeyMotionState b = EvaluateKeyMotions(without, f, kFine);
    if (f <= 3 * 120 || f >= 15 * 120) {
      EXPECT_EQ(a.yaw, b.yaw) << f;
      EXPECT_EQ(a.roll_velocity, b.roll_velocity) << f;
    }
    EXPECT_EQ(a.blink, b.blink) << f;
  }
}

TEST(KeyTurnsTest, BetweenKeyframesTheHeadIsAlive) {
  const VectorPcm pcm = SyntheticSpeech(20);
  const KeyMotions keys = *Plan(pcm, "2,10,0,0\n18,10,0,0\n");
  double most = 0;
  for (FrameIndex f = 2 * 120; f <= 18 * 120; ++f) {
    const double off = EvaluateKeyMotions(keys, f, kFine).yaw / kDegree - 10;
    most = std::max(most, std::abs(off));
  }
  EXPECT_GT(most, 0.5);
  EXPECT_LT(most, 9);
}

TEST(KeyTurnsTest, CurvesAreSmoothAndVelocitiesTheirDerivatives) {
  const KeyMotions keys = *Plan(SyntheticSpeech(20), kTrack);
  for (FrameIndex f = 1; f < 20 * 120; ++f) {
    const KeyMotionState a = EvaluateKeyMotions(keys, f - 1, kFine);
    const KeyMotionState b = EvaluateKeyMotions(keys, f, kFine);
    const KeyMotionState c = EvaluateKeyMotions(keys, f + 1, kFine);
    EXPECT_NEAR((c.yaw - a.yaw) * 60, b.yaw_velocity, 0.01) << f;
    EXPECT_NEAR((c.pitch - a.pitch) * 60, b.pitch_velocity, 0.01) << f;
    EXPECT_NEAR((c.roll - a.roll) * 60, b.roll_velocity, 0.01) << f;
    EXPECT_LT(std::abs(c.yaw - 2 * b.yaw + a.yaw), 0.0006) << f;
  }
}

// Without motion of its own, the path stays between neighbouring keyframes.
TEST(KeyTurnsTest, ThePathNeverOvershoots) {
  KeyMotions keys;
  keys.turns = {{0, 0, 0, 0},          {1000000, 1000, 10, -500},
                {1100000, 1001, 0, 0}, {4000000, 3000, 0, 0},
                {4500000, 3000, 5, 0}, {5000000, -3000, 6, 0}};
  for (size_t i = 0; i + 1 < keys.turns.size(); ++i) {
    const KeyTurn &a = keys.turns[i], &b = keys.turns[i + 1];
    double last = a.yaw * kAngleStep;
    for (int64_t t = a.time_us; t <= b.time_us; t += 1000) {
      Moving yaw, pitch, roll;
      FollowTurns(keys, t, &yaw, &pitch, &roll);
      EXPECT_GE(yaw.at, std::min(a.yaw, b.yaw) * kAngleStep - 1e-12) << t;
      EXPECT_LE(yaw.at, std::max(a.yaw, b.yaw) * kAngleStep + 1e-12) << t;
      // Monotone from one to the next.
      EXPECT_GE((yaw.at - last) * (b.yaw - a.yaw), -1e-9) << t;
      last = yaw.at;
    }
  }
}

TEST(KeyTurnsTest, OneKeyframeIsATrack) {
  const KeyMotions keys = *Plan(SyntheticSpeech(10), "5,25,0,0\n");
  EXPECT_NEAR(EvaluateKeyMotions(keys, 600, kFine).yaw, 25 * kDegree,
              kAngleStep);
  EXPECT_LT(std::abs(EvaluateKeyMotions(keys, 480, kFine).yaw), 20 * kDegree);
}

TEST(KeyTurnsTest, ASliceDecidesItsFramesAlone) {
  std::string rows;
  for (int i = 0; i < 40; ++i) {
    rows += std::to_string(2 + i * 0.45) + "," + std::to_string(i * 7 % 25) +
            "," + std::to_string(i * 5 % 13) + ",0\n";
  }
  const KeyMotions keys = *Plan(SyntheticSpeech(30), rows);
  for (FrameRate rate : {FrameRate{24000, 1001}, FrameRate{60, 1}}) {
    for (FrameRange range :
         {FrameRange{0, 10}, FrameRange{20, 30}, FrameRange{45, 130},
          FrameRange{201, 202}, FrameRange{400, 640}}) {
      const KeyMotions slice = SliceKeyMotions(keys, range, rate);
      EXPECT_LT(slice.turns.size(), keys.turns.size());
      for (FrameIndex f = range.begin; f < range.end; ++f) {
        const KeyMotionState a = EvaluateKeyMotions(keys, f, rate);
        const KeyMotionState b = EvaluateKeyMotions(slice, f, rate);
        ASSERT_EQ(a.yaw, b.yaw) << f;
        ASSERT_EQ(a.pitch_velocity, b.pitch_velocity) << f;
      }
    }
  }
  EXPECT_TRUE(SliceKeyMotions(keys, {0, 20}, {30, 1}).turns.empty());
}

}  // namespace
}  // namespace longtake::worker
