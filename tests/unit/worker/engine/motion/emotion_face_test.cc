#include "worker/engine/motion/emotion_face.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace longtake::worker {
namespace {

EmotionWeights Only(int emotion, double weight) {
  EmotionWeights weights{};
  weights[static_cast<size_t>(emotion)] = weight;
  return weights;
}

// A face in the middle of an open vowel.
MotionFrame Speaking() {
  MotionFrame frame{};
  frame[kJawOpen] = 0.3f;
  frame[kMouthUpperUpLeft] = frame[kMouthUpperUpRight] = 0.05f;
  frame[kMouthSmileLeft] = frame[kMouthSmileRight] = 0.12f;
  frame[kCheekSquintLeft] = frame[kCheekSquintRight] = 0.04f;
  return frame;
}

MotionFrame With(const EmotionWeights& weights, MotionFrame frame,
                 double strength = 1) {
  AddEmotion(weights, strength, &frame);
  return frame;
}

TEST(EmotionFaceTest, EveryChannelIsMonotoneInTheIntensity) {
  for (int e = 1; e < kEmotionCount; ++e) {
    MotionFrame last = Speaking();
    std::array<int, kMotionChannels> way{};
    for (int step = 1; step <= 40; ++step) {
      const MotionFrame now = With(Only(e, step / 40.0), Speaking());
      for (int c = 0; c < kMotionChannels; ++c) {
        const int sign = (now[c] > last[c]) - (now[c] < last[c]);
        if (sign == 0) continue;
        EXPECT_NE(way[c], -sign) << EmotionNames()[e] << " channel " << c;
        way[c] = sign;
      }
      last = now;
    }
    EXPECT_GE(
        std::count_if(way.begin(), way.end(), [](int w) { return w != 0; }), 5)
        << EmotionNames()[e];
  }
}

TEST(EmotionFaceTest, EachShowsTheActionUnitsThatTellItApart) {
  const auto face = [](Emotion e) {
    return With(Only(static_cast<int>(e), 1), MotionFrame{});
  };
  EXPECT_GT(face(Emotion::kHappy)[kMouthSmileLeft], 0.5f);
  EXPECT_GT(face(Emotion::kHappy)[kCheekSquintRight], 0.5f);
  EXPECT_GT(face(Emotion::kSad)[kBrowInnerUp], 0.5f);
  EXPECT_GT(face(Emotion::kSad)[kMouthFrownLeft], 0.4f);
  EXPECT_GT(face(Emotion::kAngry)[kBrowDownLeft], 0.6f);
  EXPECT_GT(face(Emotion::kAngry)[kMouthPressRight], 0.2f);
  EXPECT_GT(face(Emotion::kSurprised)[kBrowOuterUpLeft], 0.6f);
  EXPECT_GT(face(Emotion::kSurprised)[kEyeWideRight], 0.5f);
  EXPECT_GT(face(Emotion::kFearful)[kEyeWideLeft], 0.5f);
  EXPECT_GT(face(Emotion::kFearful)[kMouthStretchLeft], 0.2f);
  EXPECT_GT(face(Emotion::kDisgusted)[kNoseSneerLeft], 0.6f);
  const MotionFrame contempt = face(Emotion::kContempt);
  EXPECT_GT(contempt[kMouthSmileLeft], contempt[kMouthSmileRight] + 0.3f);
}

TEST(EmotionFaceTest, SealedLipsStaySealed) {
  for (int e = 1; e < kEmotionCount; ++e) {
    MotionFrame closure{};
    closure[kMouthClose] = 1;
    closure[kJawOpen] = 0.04f;
    const MotionFrame felt = With(Only(e, 1), closure, 2);
    EXPECT_EQ(felt[kMouthClose], 1.f) << EmotionNames()[e];
    EXPECT_EQ(felt[kJawOpen], 0.04f) << EmotionNames()[e];
    for (MotionChannel c : {kMouthUpperUpLeft, kMouthUpperUpRight,
                            kMouthLowerDownLeft, kMouthLowerDownRight}) {
      EXPECT_EQ(felt[c], 0.f) << EmotionNames()[e];
    }
  }
}

TEST(EmotionFaceTest, RoundedLipsHoldTheCornersBack) {
  MotionFrame round{};
  round[kMouthPucker] = 0.6f;
  round[kMouthFunnel] = 0.4f;
  const int happy = static_cast<int>(Emotion::kHappy);
  const float free = With(Only(happy, 1), MotionFrame{})[kMouthSmileLeft];
  EXPECT_LT(With(Only(happy, 1), round)[kMouthSmileLeft], 0.5f * free);
  EXPECT_EQ(With(Only(happy, 1), round)[kMouthPucker], round[kMouthPucker]);
}

TEST(EmotionFaceTest, StrengthStillsAndNeutralDoesNothing) {
  EXPECT_EQ(With(Only(0, 1), Speaking()), Speaking());
  for (int e = 1; e < kEmotionCount; ++e) {
    EXPECT_EQ(With(Only(e, 1), Speaking(), 0), Speaking());
  }
}

TEST(EmotionFaceTest, MannersAreModest) {
  for (int e = 0; e < kEmotionCount; ++e) {
    const EmotionManner manner = MannerOf(Only(e, 1));
    EXPECT_LT(std::abs(manner.pitch_degrees), 5) << EmotionNames()[e];
    EXPECT_GT(manner.sway, 0.3) << EmotionNames()[e];
    EXPECT_GT(manner.blinks, 0.5) << EmotionNames()[e];
    EXPECT_LE(manner.blinks, kMaxBlinkFactor) << EmotionNames()[e];
  }
  const auto pitch = [](Emotion e) {
    return MannerOf(Only(static_cast<int>(e), 1)).pitch_degrees;
  };
  EXPECT_GT(pitch(Emotion::kSad), 1);
  EXPECT_LT(pitch(Emotion::kSurprised), -1);
  EXPECT_LT(MannerOf(Only(static_cast<int>(Emotion::kSad), 1)).sway, 0.8);
}

}  // namespace
}  // namespace longtake::worker
