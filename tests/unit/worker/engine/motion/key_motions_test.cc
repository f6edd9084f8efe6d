#include "worker/engine/motion/key_motions.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "tests/unit/worker/engine/audio/synthetic_speech.h"
#include "worker/engine/motion/key_plan_parts.h"

namespace longtake::worker {
namespace {

const std::map<std::string, std::string> kNoControls;
constexpr double kDegree = std::numbers::pi / 180;

KeyMotions Plan(const PcmReader& pcm, FrameRate rate = {30, 1},
                uint64_t seed = 1,
                const std::map<std::string, std::string>& c = kNoControls) {
  auto keys = PlanKeyMotions(
      {pcm, FramesForSamples(pcm.size_samples(), 16000, rate), rate, seed, c});
  EXPECT_TRUE(keys.ok()) << keys.status();
  return *std::move(keys);
}

// Several minutes of talk, shared by the statistics.
const KeyMotions& LongPlan() {
  static const KeyMotions keys = Plan(SyntheticSpeech(360));
  return keys;
}

double Deviation(const std::vector<double>& x) {
  double mean = 0, square = 0;
  for (double v : x) mean += v / static_cast<double>(x.size());
  for (double v : x) square += (v - mean) * (v - mean);
  return std::sqrt(square / static_cast<double>(x.size()));
}

TEST(KeyMotionsTest, HeadMovesByTheIntendedDegrees) {
  std::vector<double> yaw, pitch, roll;
  for (FrameIndex f = 0; f < 360 * 30; ++f) {
    const KeyMotionState s = EvaluateKeyMotions(LongPlan(), f, {30, 1});
    yaw.push_back(s.yaw / kDegree);
    pitch.push_back(s.pitch / kDegree);
    roll.push_back(s.roll / kDegree);
  }
  EXPECT_GT(Deviation(yaw), 2.8);
  EXPECT_LT(Deviation(yaw), 5.0);
  EXPECT_GT(Deviation(pitch), 1.6);
  EXPECT_LT(Deviation(pitch), 4.0);
  EXPECT_GT(Deviation(roll), 1.0);
  EXPECT_LT(Deviation(roll), 3.0);
}

TEST(KeyMotionsTest, BlinksComeAtTheConversationalRate) {
  const KeyMotions& keys = LongPlan();
  const double per_minute = static_cast<double>(keys.blinks.size()) / 6;
  EXPECT_GT(per_minute, 20);
  EXPECT_LT(per_minute, 32);
  for (size_t i = 1; i < keys.blinks.size(); ++i) {
    EXPECT_GT(keys.blinks[i].start_us, keys.blinks[i - 1].end_us());
  }
}

TEST(KeyMotionsTest, SilenceIsCalmerThanTalk) {
  VectorPcm quiet;
  quiet.samples.resize(360 * 16000);
  const KeyMotions silent = Plan(quiet);
  EXPECT_LT(silent.blinks.size(), LongPlan().blinks.size());
  const auto yaw_deviation = [](const KeyMotions& keys) {
    std::vector<double> yaw;
    for (const KeyPose& p : keys.poses) yaw.push_back(p.yaw);
    return Deviation(yaw);
  };
  EXPECT_LT(yaw_deviation(silent), 0.8 * yaw_deviation(LongPlan()));
  for (const KeyPose& p : silent.poses) {
    EXPECT_EQ(p.activity, 0);
    EXPECT_EQ(p.emphasis, 0);
  }
}

// A voice of even loudness; at 4 s and 8 s it rises by five semitones for a
// syllable, where `raised`.
VectorPcm Chant(bool raised) {
  VectorPcm pcm;
  double turn = 0;
  for (int64_t i = 0; i < 12 * 16000; ++i) {
    const double t = static_cast<double>(i) / 16000;
    const double peak = std::exp(-std::pow((t - 4) / .1, 2)) +
                        std::exp(-std::pow((t - 8) / .1, 2));
    turn += 2 * std::numbers::pi * 120 * std::exp2(raised ? peak * 5 / 12 : 0) /
            16000;
    double sum = 0;
    for (int h = 1; h <= 10; ++h) sum += std::sin(h * turn) / h;
    // Pauses, so that there is quiet to compare with.
    pcm.samples.push_back(
        static_cast<float>(std::fmod(t, 3) < 2.5 ? .1 * sum : 0));
  }
  return pcm;
}

TEST(KeyMotionsTest, ARaisedVoiceIsStressed) {
  const auto emphasis = [](bool raised, int64_t key) {
    static const KeyMotions even = Plan(Chant(false)), high = Plan(Chant(true));
    const KeyMotions& keys = raised ? high : even;
    return int{keys.poses[static_cast<size_t>(key - keys.first_pose)].emphasis};
  };
  for (const int64_t key : {4000 / 200, 8000 / 200}) {
    EXPECT_GT(emphasis(true, key), emphasis(false, key) + 60) << key;
    EXPECT_NEAR(emphasis(true, key - 8), emphasis(false, key - 8), 20) << key;
  }
}

TEST(KeyMotionsTest, GazeIsAwayAQuarterOfTheTime) {
  double away_us = 0;
  for (const KeyGlance& g : LongPlan().glances) {
    away_us += static_cast<double>(g.end_us - g.start_us);
    EXPECT_LT(std::hypot(g.yaw, g.pitch) * kAngleStep, 27 * kDegree);
  }
  EXPECT_NEAR(away_us / 360e6, 0.93 / 4.03, 0.06);
}

TEST(KeyMotionsTest, ControlsStillTheirPart) {
  const VectorPcm pcm = SyntheticSpeech(30);
  const KeyMotions still =
      Plan(pcm, {30, 1}, 1, {{"pose", "0"}, {"blink_rate", "0"}});
  EXPECT_TRUE(still.blinks.empty());
  for (const KeyPose& p : still.poses) {
    EXPECT_EQ(p.yaw, 0);
    EXPECT_EQ(p.pitch, 0);
    EXPECT_EQ(p.roll, 0);
  }
}

TEST(KeyMotionsTest, BlinkRateIsBlinksAMinuteAndMonotone) {
  constexpr int kMinutes = 60;
  for (const GazeStyle gaze : {GazeStyle::kWander, GazeStyle::kCamera}) {
    double last = -1;
    for (const double rate : {0.0, 5.0, 15.0, 26.0, 40.0, 60.0}) {
      KeyMotions keys;
      KeyPose talking;
      talking.activity = 255;
      keys.poses = {talking};  // it holds all the time
      PlanGaze(3, gaze, kMinutes * int64_t{60000000}, &keys);
      PlanBlinks(3, rate, kMinutes * int64_t{60000000}, &keys);
      const double per_minute =
          static_cast<double>(keys.blinks.size()) / kMinutes;
      EXPECT_NEAR(per_minute, rate, 0.06 * rate) << rate;
      EXPECT_GT(per_minute, last) << rate;
      last = per_minute;
    }
  }
}

TEST(KeyMotionsTest, GazeAtTheCameraNeverLeavesTheListener) {
  const VectorPcm pcm = SyntheticSpeech(60);
  const KeyMotions keys = Plan(pcm, {30, 1}, 1, {{"gaze", "camera"}});
  EXPECT_TRUE(keys.glances.empty());
  double most = 0, moves = 0;
  for (int64_t t = 0; t < 60000000; t += 10000) {
    const Gaze gaze = GazeAt(keys, t);
    most = std::max(most, std::hypot(gaze.yaw, gaze.pitch) / kDegree);
    moves += std::abs(gaze.yaw - GazeAt(keys, t + 10000).yaw);
  }
  EXPECT_LT(most, 2);
  EXPECT_GT(moves, 0.1);  // fixations still
  EXPECT_EQ(Plan(pcm, {30, 1}, 1, {{"gaze", "wander"}}), Plan(pcm));
}

TEST(KeyMotionsTest, SeedChangesEverything) {
  const VectorPcm pcm = SyntheticSpeech(20);
  const KeyMotions a = Plan(pcm, {30, 1}, 1), b = Plan(pcm, {30, 1}, 2);
  EXPECT_NE(a.poses, b.poses);
  EXPECT_NE(a.blinks, b.blinks);
  EXPECT_NE(a.glances, b.glances);
  EXPECT_NE(a.fixations, b.fixations);
  EXPECT_EQ(a, Plan(pcm, {30, 1}, 1));
}

TEST(KeyMotionsTest, RateAndLengthDoNotMoveTheKeys) {
  const KeyMotions a = Plan(SyntheticSpeech(20), {25, 1});
  const KeyMotions b = Plan(SyntheticSpeech(30), {60000, 1001});
  // 20 s of audio less the reach is common to both.
  const int64_t until_us = 20000000 - kKeyAudioReachMicros;
  for (int64_t j = 0; j * kKeyPeriodMicros < until_us; ++j) {
    EXPECT_EQ(a.poses[j - a.first_pose], b.poses[j - b.first_pose]) << j;
  }
}

TEST(KeyMotionsTest, AnEditReachesNoFurtherThanDeclared) {
  const VectorPcm pcm = SyntheticSpeech(60);
  VectorPcm edited = pcm;
  constexpr int64_t kBegin = 29 * 16000, kEnd = 31 * 16000;
  ReplaceSpeech(kBegin, kEnd, 2, &edited);
  const KeyMotions a = Plan(pcm), b = Plan(edited);
  const auto far = [](int64_t time_us) {
    return time_us < 29000000 - kKeyAudioReachMicros ||
           time_us > 31000000 + kKeyAudioReachMicros;
  };
  ASSERT_EQ(a.poses.size(), b.poses.size());
  bool changed = false;
  for (size_t i = 0; i < a.poses.size(); ++i) {
    changed |= a.poses[i] != b.poses[i];
    if (far((a.first_pose + static_cast<int64_t>(i)) * kKeyPeriodMicros)) {
      EXPECT_EQ(a.poses[i], b.poses[i]) << i;
    }
  }
  EXPECT_TRUE(changed);
  const auto distant = [&](const KeyMotions& keys) {
    std::vector<KeyBlink> blinks;
    std::copy_if(keys.blinks.begin(), keys.blinks.end(),
                 std::back_inserter(blinks),
                 [&](const KeyBlink& k) { return far(k.start_us); });
    return blinks;
  };
  EXPECT_EQ(distant(a), distant(b));
  EXPECT_EQ(a.glances, b.glances);
  EXPECT_EQ(a.fixations, b.fixations);
}

// Second differences of a twice differentiable curve fall with the square of
// the step; a jump or a kink would show as a constant or a linear term.
TEST(KeyMotionsTest, CurvesAreSmoothAndVelocitiesTheirDerivatives) {
  constexpr FrameRate kFine = {120, 1};
  const KeyMotions& keys = LongPlan();
  for (FrameIndex f = 1; f < 20 * 120; ++f) {
    const KeyMotionState a = EvaluateKeyMotions(keys, f - 1, kFine);
    const KeyMotionState b = EvaluateKeyMotions(keys, f, kFine);
    const KeyMotionState c = EvaluateKeyMotions(keys, f + 1, kFine);
    EXPECT_NEAR((c.yaw - a.yaw) * 60, b.yaw_velocity, 0.01) << f;
    EXPECT_NEAR((c.pitch - a.pitch) * 60, b.pitch_velocity, 0.01) << f;
    EXPECT_NEAR((c.roll - a.roll) * 60, b.roll_velocity, 0.01) << f;
    EXPECT_LT(std::abs(c.yaw - 2 * b.yaw + a.yaw), 0.0006) << f;
    EXPECT_LT(std::abs(c.blink - b.blink), 0.2) << f;
  }
}

TEST(KeyMotionsTest, EyesStayOnTheListenerWhenTheHeadTurns) {
  const KeyMotions& keys = LongPlan();
  double with = 0;
  for (FrameIndex f = 0; f < 3000; ++f) {
    const KeyMotionState s = EvaluateKeyMotions(keys, f, {30, 1});
    with += s.yaw * s.eye_yaw;
  }
  EXPECT_LT(with, 0);
}

TEST(KeyMotionsTest, BlinkClosesFasterThanItOpens) {
  KeyMotions keys;
  keys.blinks = {{1000000, 95, 30, 240, 255}};
  EXPECT_EQ(BlinkAt(keys, 999999), 0);
  EXPECT_NEAR(BlinkAt(keys, 1047500), 0.5, 1e-6);
  EXPECT_EQ(BlinkAt(keys, 1095000), 1);
  EXPECT_EQ(BlinkAt(keys, 1125000), 1);
  EXPECT_NEAR(BlinkAt(keys, 1245000), 0.5, 1e-6);
  EXPECT_EQ(BlinkAt(keys, 1365000), 0);
}

TEST(KeyMotionsTest, GlanceGoesAndReturnsInASaccade) {
  KeyMotions keys;
  keys.glances = {{2000000, 3000000, 1745, 0}};  // 10 degrees: 49 ms
  EXPECT_EQ(GazeAt(keys, 2000000).yaw, 0);
  EXPECT_NEAR(GazeAt(keys, 2049000).yaw, 0.1745, 1e-4);
  EXPECT_NEAR(GazeAt(keys, 3000000).yaw, 0.1745, 1e-9);
  EXPECT_NEAR(GazeAt(keys, 3050000).yaw, 0, 1e-6);
}

TEST(KeyMotionsTest, SliceDecidesItsFramesAlone) {
  const KeyMotions& keys = LongPlan();
  for (FrameRate rate :
       {FrameRate{24000, 1001}, FrameRate{30, 1}, FrameRate{60000, 1001}}) {
    for (FrameRange range : {FrameRange{0, 1}, FrameRange{0, 200},
                             FrameRange{997, 1499}, FrameRange{2003, 2004}}) {
      const KeyMotions slice = SliceKeyMotions(keys, range, rate);
      EXPECT_LT(slice.poses.size(), 150u);
      for (FrameIndex f = range.begin; f < range.end; ++f) {
        const KeyMotionState a = EvaluateKeyMotions(keys, f, rate);
        const KeyMotionState b = EvaluateKeyMotions(slice, f, rate);
        ASSERT_EQ(a.yaw, b.yaw) << f;
        ASSERT_EQ(a.pitch_velocity, b.pitch_velocity) << f;
        ASSERT_EQ(a.eye_yaw, b.eye_yaw) << f;
        ASSERT_EQ(a.eye_pitch, b.eye_pitch) << f;
        ASSERT_EQ(a.blink, b.blink) << f;
        ASSERT_EQ(a.brow, b.brow) << f;
      }
    }
  }
}

TEST(KeyMotionsTest, EmptyAudioAndOneFramePlan) {
  EXPECT_FALSE(Plan(VectorPcm()).poses.empty());
  VectorPcm one;
  one.samples = {0.5f};
  const KeyMotions keys = Plan(one);
  EXPECT_TRUE(std::isfinite(EvaluateKeyMotions(keys, 0, {30, 1}).yaw));
}

}  // namespace
}  // namespace longtake::worker
