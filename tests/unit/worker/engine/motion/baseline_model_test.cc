#include "worker/engine/motion/baseline_model.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "tests/unit/worker/engine/audio/synthetic_speech.h"
#include "worker/engine/motion/windows.h"

namespace longtake::worker {
namespace {

constexpr FrameRate kRates[] = {{24000, 1001}, {25, 1},       {30000, 1001},
                                {30, 1},       {60000, 1001}, {120, 1}};

MotionTrack Motion(const PcmReader& pcm, FrameRate rate,
                   const std::map<std::string, std::string>& controls = {}) {
  const MotionRequest request{pcm,
                              FramesForSamples(pcm.size_samples(), 16000, rate),
                              rate, 11, controls};
  const auto keys = PlanKeyMotions(request);
  EXPECT_TRUE(keys.ok()) << keys.status();
  auto track = SampleMotion(BaselineMotionModel(), request, *keys,
                            {0, request.total_frames});
  EXPECT_TRUE(track.ok()) << track.status();
  return *std::move(track);
}

// Time of the sound that a frame's lips belong to.
int64_t HeardSample(FrameIndex f, FrameRate rate) {
  return SampleAtFrameCentre(f, 16000, rate) + kMouthLeadSamples;
}

TEST(BaselineModelTest, MouthOpensOnSyllablesAndShutsInPauses) {
  const VectorPcm pcm = SyntheticSpeech(20);
  for (FrameRate rate : kRates) {
    const MotionTrack track = Motion(pcm, rate);
    int spoken = 0, open = 0;
    for (FrameIndex f = 0; f < track.range.end; ++f) {
      const int64_t heard = HeardSample(f, rate);
      const int64_t in_phrase = heard % kPhraseSamples;
      const MotionFrame& m = track.at(f);
      // The loud middle of a syllable.
      const int64_t in_syllable = in_phrase % kSyllableSamples;
      if (in_phrase < kSpokenSamples && in_syllable > 800 &&
          in_syllable < 1800) {
        ++spoken;
        open += m[kJawOpen] > 0.15f && m[kMouthClose] < 0.3f;
      }
      if (in_phrase > kSpokenSamples + 3200 &&
          in_phrase < kPhraseSamples - 3200) {
        EXPECT_LT(m[kJawOpen], 0.02f) << FormatFrameRate(rate) << " " << f;
        EXPECT_GT(m[kMouthClose], 0.95f) << FormatFrameRate(rate) << " " << f;
      }
    }
    EXPECT_GT(open, spoken * 9 / 10) << FormatFrameRate(rate);
  }
}

TEST(BaselineModelTest, LipsMeetInTheDipsBetweenSyllables) {
  const VectorPcm pcm = SyntheticSpeech(12);
  for (FrameRate rate : kRates) {
    const MotionTrack track = Motion(pcm, rate);
    for (int64_t syllable = 0; syllable < 9; ++syllable) {
      float closest = 0;
      for (FrameIndex f = 0; f < track.range.end; ++f) {
        const int64_t dip =
            kPhraseSamples + syllable * kSyllableSamples + kVoicedSamples;
        const int64_t heard = HeardSample(f, rate);
        if (heard >= dip - 200 && heard < dip + 1480) {
          closest = std::max(closest, track.at(f)[kMouthClose]);
        }
      }
      EXPECT_GT(closest, 0.8f) << FormatFrameRate(rate) << " " << syllable;
    }
  }
}

TEST(BaselineModelTest, SteadySoundsKeepTheMouthShut) {
  VectorPcm nothing, hum, noise;
  nothing.samples.resize(12 * 16000);
  hum = noise = nothing;
  for (size_t i = 0; i < hum.samples.size(); ++i) {
    hum.samples[i] = static_cast<float>(
        0.3 * std::sin(2 * std::numbers::pi * 100 * i / 16000.0) +
        0.1 * std::sin(2 * std::numbers::pi * 300 * i / 16000.0));
  }
  AddNoise(0.05, &noise);
  for (const VectorPcm* pcm : {&nothing, &hum, &noise}) {
    const MotionTrack track = Motion(*pcm, {30, 1});
    for (FrameIndex f = 12; f < track.range.end - 12; ++f) {
      EXPECT_LT(track.at(f)[kJawOpen], 0.02f) << f;
      EXPECT_GT(track.at(f)[kMouthClose], 0.95f) << f;
    }
  }
}

TEST(BaselineModelTest, MouthDoesNotChatter) {
  const VectorPcm pcm = SyntheticSpeech(24);
  for (FrameRate rate : kRates) {
    const MotionTrack track = Motion(pcm, rate);
    // Turns of the jaw that matter, both ways: at most 8 cycles a second.
    int turns = 0;
    float extreme = 0;
    bool rising = true;
    for (const MotionFrame& m : track.frames) {
      const float jaw = m[kJawOpen];
      if (rising ? jaw > extreme : jaw < extreme) {
        extreme = jaw;
      } else if (std::abs(jaw - extreme) > 0.05f) {
        rising = !rising;
        extreme = jaw;
        ++turns;
      }
    }
    EXPECT_LT(turns / 24.0, 16) << FormatFrameRate(rate);
    EXPECT_GT(turns / 24.0, 3) << FormatFrameRate(rate);
  }
}

TEST(BaselineModelTest, LipStrengthZeroKeepsTheMouthShut) {
  const VectorPcm pcm = SyntheticSpeech(8);
  for (const MotionFrame& m : Motion(pcm, {30, 1}, {{"lip", "0"}}).frames) {
    EXPECT_EQ(m[kJawOpen], 0);
    EXPECT_EQ(m[kMouthClose], 1);
    EXPECT_EQ(m[kMouthFunnel], 0);
  }
}

TEST(BaselineModelTest, ExpressionStrengthZeroStillsTheBrows) {
  const VectorPcm pcm = SyntheticSpeech(8);
  for (const MotionFrame& m :
       Motion(pcm, {30, 1}, {{"expression", "0"}}).frames) {
    for (int c : {kBrowInnerUp, kBrowDownLeft, kMouthSmileLeft, kEyeSquintLeft,
                  kCheekSquintRight, kEyeWideLeft}) {
      EXPECT_EQ(m[c], 0) << c;
    }
  }
}

TEST(BaselineModelTest, LipStrengthScalesTheOpening) {
  const VectorPcm pcm = SyntheticSpeech(8);
  const auto mean_jaw = [&](const char* strength) {
    double sum = 0;
    for (const MotionFrame& m :
         Motion(pcm, {30, 1}, {{"lip", strength}}).frames) {
      sum += m[kJawOpen];
    }
    return sum;
  };
  EXPECT_NEAR(mean_jaw("0.5"), 0.5 * mean_jaw("1"), 0.01 * mean_jaw("1"));
}

TEST(BaselineModelTest, WindowOfTheWrongShapeIsRefused) {
  FineMotion out;
  FineMotionWindow window;
  window.rate = {30, 1};
  EXPECT_EQ(BaselineMotionModel().SampleWindow(window, &out).code(),
            StatusCode::kInternal);
}

}  // namespace
}  // namespace longtake::worker
