#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "tests/unit/worker/engine/audio/synthetic_speech.h"
#include "worker/engine/guides/motion_guides.h"
#include "worker/engine/motion/key_motions.h"

namespace longtake::worker {
namespace {

constexpr int64_t kHalf = kEmotionChangeMicros / 2;
const std::map<std::string, std::string> kNoControls;

StatusOr<KeyMotions> Plan(
    const PcmReader& pcm, const Guides& guides,
    const std::map<std::string, std::string>& controls = kNoControls) {
  return PlanKeyMotions({pcm,
                         FramesForSamples(pcm.size_samples(), 16000, {30, 1}),
                         {30, 1},
                         1,
                         controls,
                         &guides});
}
Guides Cues(const std::string& rows) {
  return {{kEmotionTrackRole, {"time,emotion,intensity\n" + rows, "cues.csv"}}};
}
double Weight(const KeyMotions& keys, Emotion e, int64_t time_us) {
  return EmotionAt(keys, time_us)[static_cast<size_t>(e)];
}

TEST(KeyEmotionsTest, ChangesAreHalfDoneAtTheirTime) {
  KeyMotions keys;
  keys.emotions = {{2000000, Emotion::kHappy, 255},
                   {4000000, Emotion::kSad, 51},
                   {6000000, Emotion::kNeutral, 0}};
  EXPECT_EQ(Weight(keys, Emotion::kHappy, 2000000 - kHalf), 0);
  EXPECT_NEAR(Weight(keys, Emotion::kHappy, 2000000), 0.5, 1e-12);
  EXPECT_EQ(Weight(keys, Emotion::kHappy, 2000000 + kHalf), 1);
  EXPECT_NEAR(Weight(keys, Emotion::kHappy, 4000000), 0.5, 1e-12);
  EXPECT_NEAR(Weight(keys, Emotion::kSad, 4000000), 0.1, 1e-12);
  EXPECT_NEAR(Weight(keys, Emotion::kSad, 5000000), 0.2, 1e-12);
  EXPECT_EQ(Weight(keys, Emotion::kSad, 6000000 + kHalf), 0);
}

TEST(KeyEmotionsTest, WeightsStayLegalHoweverCloseTheCuesAre) {
  KeyMotions keys;
  for (int i = 0; i < 20; ++i) {
    keys.emotions.push_back(
        {1000000 + i * 70000, static_cast<Emotion>(1 + i % 7), 255});
  }
  EmotionWeights last = EmotionAt(keys, 600000);
  for (int64_t t = 600000; t < 4000000; t += 1000) {
    const EmotionWeights w = EmotionAt(keys, t);
    double sum = 0;
    for (int e = 0; e < kEmotionCount; ++e) {
      EXPECT_GE(w[e], 0) << t;
      // The steepest of a quintic step: 1.875 over its length.
      EXPECT_LT(std::abs(w[e] - last[e]), 1.9 * 1000 / kEmotionChangeMicros)
          << t;
      sum += w[e];
    }
    EXPECT_LE(sum, 1 + 1e-12) << t;
    if (t > 1000000 + kHalf) {
      EXPECT_NEAR(sum, 1, 1e-12) << t;
    }
    last = w;
  }
}

TEST(KeyEmotionsTest, ACueAtTheBeginningIsInForceFromTheFirstFrame) {
  const VectorPcm pcm = SyntheticSpeech(5);
  const auto track = Plan(pcm, Cues("0,angry,0.6\n"));
  ASSERT_TRUE(track.ok()) << track.status();
  EXPECT_NEAR(Weight(*track, Emotion::kAngry, 0), 0.6, 1e-12);
  const auto control = Plan(pcm, {}, {{"emotion", "angry:0.6"}});
  ASSERT_TRUE(control.ok()) << control.status();
  EXPECT_EQ(*control, *track);
}

TEST(KeyEmotionsTest, BadGuidesFailThePlan) {
  const VectorPcm pcm = SyntheticSpeech(5);
  EXPECT_EQ(Plan(pcm, Cues("0,joyful,1\n")).status().code(),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(Plan(pcm, Cues("5.1,happy,1\n")).status().code(),
            StatusCode::kInvalidArgument);
  EXPECT_TRUE(Plan(pcm, Cues("5,happy,1\n")).ok());
  EXPECT_EQ(
      Plan(pcm, Cues("1,happy,1\n"), {{"emotion", "sad"}}).status().code(),
      StatusCode::kInvalidArgument);
  EXPECT_EQ(Plan(pcm, {{"dance", {"x", "x"}}}).status().code(),
            StatusCode::kInvalidArgument);
}

TEST(KeyEmotionsTest, MoodsMoveTheHeadAndTheLids) {
  const VectorPcm pcm = SyntheticSpeech(120);
  const auto mean_pitch = [](const KeyMotions& keys) {
    double sum = 0;
    for (const KeyPose& p : keys.poses) sum += p.pitch * kAngleStep;
    return sum / static_cast<double>(keys.poses.size());
  };
  const KeyMotions neutral = *Plan(pcm, {});
  const KeyMotions sad = *Plan(pcm, {}, {{"emotion", "sad"}});
  const KeyMotions surprised = *Plan(pcm, {}, {{"emotion", "surprised"}});
  const KeyMotions fearful = *Plan(pcm, {}, {{"emotion", "fearful"}});
  EXPECT_GT(mean_pitch(sad), mean_pitch(neutral) + 0.02);
  EXPECT_LT(mean_pitch(surprised), mean_pitch(neutral) - 0.02);
  EXPECT_LT(surprised.blinks.size(), neutral.blinks.size());
  EXPECT_GT(fearful.blinks.size(), neutral.blinks.size());
  EXPECT_EQ(sad.glances, neutral.glances);
}

TEST(KeyEmotionsTest, ACueMovesNothingOutsideItsOwnTime) {
  const VectorPcm pcm = SyntheticSpeech(60);
  const KeyMotions a = *Plan(pcm, Cues("10,happy,1\n20,neutral,0\n"));
  const KeyMotions b =
      *Plan(pcm, Cues("10,happy,1\n20,neutral,0\n40,sad,1\n45,neutral,0\n"));
  const auto inside = [](int64_t time_us) {
    return time_us > 40000000 - kHalf && time_us < 45000000 + kHalf;
  };
  bool changed = false;
  for (size_t i = 0; i < a.poses.size(); ++i) {
    const int64_t at =
        (a.first_pose + static_cast<int64_t>(i)) * kKeyPeriodMicros;
    if (inside(at)) {
      changed |= a.poses[i] != b.poses[i];
    } else {
      EXPECT_EQ(a.poses[i], b.poses[i]) << i;
    }
  }
  EXPECT_TRUE(changed);
  std::vector<KeyBlink> blinks_a = a.blinks, blinks_b = b.blinks;
  const auto drop = [&](std::vector<KeyBlink>* blinks) {
    std::erase_if(*blinks,
                  [&](const KeyBlink& k) { return inside(k.start_us); });
  };
  drop(&blinks_a);
  drop(&blinks_b);
  EXPECT_EQ(blinks_a, blinks_b);
}

TEST(KeyEmotionsTest, ASliceKnowsTheMoodButNotSinceWhen) {
  KeyMotions a, b;
  a.emotions = {{1000000, Emotion::kHappy, 200},
                {30000000, Emotion::kSad, 100}};
  b.emotions = {{500000, Emotion::kSad, 9}, {2000000, Emotion::kHappy, 200}};
  const FrameRange range{300, 330};  // seconds 10 to 11
  const KeyMotions slice = SliceKeyMotions(a, range, {30, 1});
  EXPECT_EQ(slice.emotions, SliceKeyMotions(b, range, {30, 1}).emotions);
  for (FrameIndex f = range.begin; f < range.end; ++f) {
    const KeyMotionState x = EvaluateKeyMotions(a, f, {30, 1});
    EXPECT_EQ(x.emotion, EvaluateKeyMotions(slice, f, {30, 1}).emotion);
  }
  // Neutral again is as if nothing had been.
  KeyMotions over;
  over.emotions = {{1000000, Emotion::kHappy, 200},
                   {2000000, Emotion::kNeutral, 0}};
  EXPECT_TRUE(SliceKeyMotions(over, range, {30, 1}).emotions.empty());
}

TEST(KeyEmotionsTest, ASliceDecidesItsFramesAlone) {
  KeyMotions keys;
  for (int i = 0; i < 60; ++i) {
    keys.emotions.push_back({i * 417000, static_cast<Emotion>(i % 8),
                             static_cast<uint8_t>(i * 37 % 256)});
  }
  for (FrameRate rate : {FrameRate{24000, 1001}, FrameRate{60, 1}}) {
    for (FrameRange range :
         {FrameRange{0, 1}, FrameRange{100, 300}, FrameRange{997, 1200}}) {
      const KeyMotions slice = SliceKeyMotions(keys, range, rate);
      EXPECT_LT(slice.emotions.size(), keys.emotions.size());
      for (FrameIndex f = range.begin; f < range.end; ++f) {
        ASSERT_EQ(EvaluateKeyMotions(keys, f, rate).emotion,
                  EvaluateKeyMotions(slice, f, rate).emotion)
            << f;
      }
    }
  }
}

}  // namespace
}  // namespace longtake::worker
