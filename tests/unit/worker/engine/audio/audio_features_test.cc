#include "worker/engine/audio/audio_features.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <vector>

#include "tests/unit/worker/engine/audio/synthetic_speech.h"

namespace longtake::worker {
namespace {

constexpr FrameRate kRates[] = {{24000, 1001}, {25, 1},  {30000, 1001}, {30, 1},
                                {60000, 1001}, {120, 1}, {1, 1}};

bool SameBits(const AudioFeatures& a, const AudioFeatures& b) {
  return std::memcmp(&a, &b, sizeof a) == 0;
}

TEST(AudioFeaturesTest, SampleAgreesWithMediaTimeAndGoesOnBelowZero) {
  for (FrameRate rate : kRates) {
    for (FrameIndex f : {0, 1, 2, 299, 86400}) {
      EXPECT_EQ(FeatureSample(f, rate),
                SampleAtFrameCentre(f, kAnalysisSampleRateHz, rate));
    }
    EXPECT_LT(FeatureSample(-1, rate), 0);
    EXPECT_LT(FeatureSample(-2, rate), FeatureSample(-1, rate));
  }
  EXPECT_EQ(FeatureSample(-1, {30, 1}), -267);  // -266.67, rounded down
}

TEST(AudioFeaturesTest, RangeAloneEqualsRangeWithinTheWhole) {
  const VectorPcm pcm = SyntheticSpeech(9.1);
  for (FrameRate rate : kRates) {
    const int64_t frames =
        FramesForSamples(pcm.size_samples(), kAnalysisSampleRateHz, rate);
    const auto whole = ComputeAudioFeatures(pcm, rate, {-3, frames + 3}, 640);
    ASSERT_TRUE(whole.ok());
    for (FrameRange part : {FrameRange{-3, 0}, FrameRange{0, 1},
                            FrameRange{frames / 3, frames / 2 + 1},
                            FrameRange{frames - 1, frames + 3}}) {
      const auto some = ComputeAudioFeatures(pcm, rate, part, 640);
      ASSERT_TRUE(some.ok());
      ASSERT_EQ(some->size(), static_cast<size_t>(part.size()));
      for (size_t i = 0; i < some->size(); ++i) {
        ASSERT_TRUE(SameBits((*some)[i], (*whole)[part.begin + 3 + i]))
            << FormatFrameRate(rate) << " " << part.begin + i;
      }
    }
  }
}

TEST(AudioFeaturesTest, DeclaredReachIsEnough) {
  const VectorPcm pcm = SyntheticSpeech(14);
  for (FrameRate rate : kRates) {
    const FrameIndex frame = FramesForMillis(7010, rate);
    const FrameRange one{frame, frame + 1};
    const int64_t centre = FeatureSample(frame, rate);
    VectorPcm changed = pcm;
    for (int64_t i = 0; i < changed.size_samples(); ++i) {
      if (std::abs(i - centre) > kFeatureReachSamples) {
        changed.samples[i] = (i % 2) ? 0.9f : -0.9f;
      }
    }
    const auto a = ComputeAudioFeatures(pcm, rate, one, 0);
    const auto b = ComputeAudioFeatures(changed, rate, one, 0);
    ASSERT_TRUE(a.ok() && b.ok());
    EXPECT_TRUE(SameBits((*a)[0], (*b)[0])) << FormatFrameRate(rate);
  }
}

TEST(AudioFeaturesTest, LeadLooksIntoTheFuture) {
  const VectorPcm pcm = SyntheticSpeech(6);
  // 30 frames a second: three frames are 1600 samples exactly.
  const auto now = ComputeAudioFeatures(pcm, {30, 1}, {3, 100}, 0);
  const auto led = ComputeAudioFeatures(pcm, {30, 1}, {0, 97}, 1600);
  ASSERT_TRUE(now.ok() && led.ok());
  for (size_t i = 0; i < now->size(); ++i) {
    ASSERT_TRUE(SameBits((*now)[i], (*led)[i])) << i;
  }
}

}  // namespace
}  // namespace longtake::worker
