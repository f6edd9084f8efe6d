#include "worker/engine/audio/speech_curves.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "tests/unit/worker/engine/audio/synthetic_speech.h"

namespace longtake::worker {
namespace {

SpeechCurves Curves(const PcmReader& pcm, HopRange range) {
  auto curves = AnalyzeSpeech(pcm, range);
  EXPECT_TRUE(curves.ok()) << curves.status();
  return *std::move(curves);
}

bool SameBits(const SpeechHop& a, const SpeechHop& b) {
  return std::memcmp(&a, &b, sizeof a) == 0;
}

TEST(SpeechCurvesTest, AnyRangeGivesTheSameBitsAsTheWhole) {
  const VectorPcm pcm = SyntheticSpeech(12.37);
  const SpeechCurves whole = Curves(pcm, {-50, 1300});
  for (HopRange part :
       {HopRange{-50, -49}, HopRange{0, 1}, HopRange{7, 18}, HopRange{333, 334},
        HopRange{500, 901}, HopRange{1230, 1300}}) {
    const SpeechCurves some = Curves(pcm, part);
    for (int64_t h = part.begin; h < part.end; ++h) {
      ASSERT_TRUE(SameBits(some.at(h), whole.at(h))) << h;
    }
  }
}

TEST(SpeechCurvesTest, SamplesOutsideTheReachChangeNothing) {
  const VectorPcm pcm = SyntheticSpeech(14);
  constexpr int64_t kHop = 700;
  const SpeechHop before = Curves(pcm, {kHop, kHop + 1}).at(kHop);
  VectorPcm changed = pcm;
  for (int64_t i = 0; i < changed.size_samples(); ++i) {
    if (std::abs(i - kHop * kHopSamples) > kCurveReachSamples) {
      changed.samples[i] = (i % 2) ? 0.9f : -0.9f;
    }
  }
  EXPECT_TRUE(SameBits(before, Curves(changed, {kHop, kHop + 1}).at(kHop)));
}

TEST(SpeechCurvesTest, LoudPartWithinTheReachCounts) {
  const VectorPcm pcm = SyntheticSpeech(14);
  constexpr int64_t kHop = 695;
  ASSERT_TRUE(SpokenAt(kHop * kHopSamples));
  const SpeechHop before = Curves(pcm, {kHop, kHop + 1}).at(kHop);
  VectorPcm changed = pcm;
  // Nearly two seconds off, louder by far: what was loud is quiet beside it.
  for (int64_t i = (kHop - 210) * kHopSamples; i < (kHop - 180) * kHopSamples;
       ++i) {
    changed.samples[i] *= 8;
  }
  EXPECT_LT(Curves(changed, {kHop, kHop + 1}).at(kHop).loudness,
            before.loudness - 0.1f);
}

TEST(SpeechCurvesTest, QuietAndLoudSpeechAreNormalizedAlike) {
  const VectorPcm loud = SyntheticSpeech(8, 0, 0.0);
  VectorPcm quiet = loud;
  for (float& s : quiet.samples) s *= 0.1f;  // 20 dB down
  const SpeechCurves a = Curves(loud, {0, 800});
  const SpeechCurves b = Curves(quiet, {0, 800});
  for (int64_t h = 0; h < 800; ++h) {
    ASSERT_NEAR(a.at(h).loudness, b.at(h).loudness, 0.02) << h;
  }
}

TEST(SpeechCurvesTest, VeryQuietSpeechIsStillHeard) {
  VectorPcm pcm = SyntheticSpeech(8, 0, 0.0);
  for (float& s : pcm.samples) s *= 0.02f;  // 34 dB down: about -55 dB
  const SpeechCurves curves = Curves(pcm, {0, 800});
  for (int64_t s = 0; s < 9; ++s) {
    const int64_t middle = s * kSyllableSamples + kVoicedSamples / 2;
    EXPECT_GT(curves.at(middle / kHopSamples).loudness, 0.6f) << s;
  }
}

TEST(SpeechCurvesTest, SyllablesAreLoudAndPausesSilent) {
  const VectorPcm pcm = SyntheticSpeech(16);
  const SpeechCurves curves = Curves(pcm, {0, 1600});
  int spoken = 0, loud = 0;
  for (int64_t h = 0; h < 1600; ++h) {
    const int64_t sample = h * kHopSamples;
    const int64_t in_phrase = sample % kPhraseSamples;
    if (SpokenAt(sample)) {
      ++spoken;
      loud += curves.at(h).loudness > 0.5f;
      EXPECT_LT(curves.at(h).silence, 0.01f) << h;
    }
    // 200 ms away from speech on both sides.
    if (in_phrase > kSpokenSamples + 3200 &&
        in_phrase < kPhraseSamples - 3200) {
      EXPECT_GT(curves.at(h).silence, 0.99f) << h;
      EXPECT_LT(curves.at(h).loudness, 0.25f) << h;
    }
  }
  EXPECT_GT(loud, spoken * 3 / 4);
}

TEST(SpeechCurvesTest, ShortDipBetweenSyllablesIsAClosure) {
  const VectorPcm pcm = SyntheticSpeech(8);
  const SpeechCurves curves = Curves(pcm, {0, 800});
  // The gap after each of the second phrase's first nine syllables.
  for (int64_t s = 0; s < 9; ++s) {
    const int64_t gap =
        kPhraseSamples + s * kSyllableSamples + kVoicedSamples + 640;
    EXPECT_GT(curves.at(gap / kHopSamples).closure, 0.9f) << s;
  }
}

// A dip that ends in a hiss is a t or an s, not a p.
TEST(SpeechCurvesTest, DipWithAHissLeavesTheLipsApart) {
  VectorPcm pcm = SyntheticSpeech(8);
  constexpr int64_t kGap = kPhraseSamples + 3 * kSyllableSamples;
  for (int64_t i = kGap + kVoicedSamples; i < kGap + kSyllableSamples; ++i) {
    // White noise, differenced twice: energy above 5 kHz.
    const KeyedRandom random(1, RandomPurpose::kFrameNoise);
    pcm.samples[i] +=
        static_cast<float>(0.02 * (random.Normal(i) - 2 * random.Normal(i - 1) +
                                   random.Normal(i - 2)));
  }
  const SpeechCurves curves = Curves(pcm, {0, 800});
  for (int64_t i = kGap + kVoicedSamples; i < kGap + kSyllableSamples;
       i += kHopSamples) {
    EXPECT_LT(curves.at(i / kHopSamples).closure, 0.3f);
  }
  EXPECT_GT(curves.at((kGap + kVoicedSamples + 640) / kHopSamples).fricative,
            0.8f);
}

// m and b: the voice hums on at 200 Hz while everything above is gone.
TEST(SpeechCurvesTest, HumBetweenVowelsIsAClosure) {
  VectorPcm pcm = SyntheticSpeech(8);
  constexpr int64_t kGap = kPhraseSamples + 3 * kSyllableSamples;
  for (int64_t i = kGap + kVoicedSamples; i < kGap + kSyllableSamples; ++i) {
    pcm.samples[i] += static_cast<float>(
        0.08 * std::sin(2 * std::numbers::pi * 200 * i / 16000.0));
  }
  const SpeechHop hum =
      Curves(pcm, {0, 800}).at((kGap + kVoicedSamples + 640) / kHopSamples);
  EXPECT_GT(hum.loudness, 0.5f);
  EXPECT_GT(hum.closure, 0.9f);
}

TEST(SpeechCurvesTest, SteadySoundsAreSilence) {
  VectorPcm hum, noise, nothing;
  nothing.samples.resize(10 * 16000);
  hum = nothing;
  for (size_t i = 0; i < hum.samples.size(); ++i) {
    hum.samples[i] = static_cast<float>(
        0.2 * std::sin(2 * std::numbers::pi * 50 * i / 16000.0) +
        0.1 * std::sin(2 * std::numbers::pi * 250 * i / 16000.0));
  }
  noise = nothing;
  AddNoise(0.1, &noise);
  // From 0.3 s inside the ends: where steady sound begins, something begins.
  for (const VectorPcm* pcm : {&nothing, &hum, &noise}) {
    const SpeechCurves curves = Curves(*pcm, {30, 970});
    for (int64_t h = 30; h < 970; ++h) {
      ASSERT_GT(curves.at(h).silence, 0.99f) << h;
    }
  }
}

TEST(SpeechCurvesTest, SamplesThatAreNotNumbersCountAsSilence) {
  VectorPcm pcm = SyntheticSpeech(6);
  VectorPcm zeroed = pcm;
  for (int i = 40000; i < 40100; ++i) {
    pcm.samples[i] = i % 2 ? std::numeric_limits<float>::quiet_NaN()
                           : std::numeric_limits<float>::infinity();
    zeroed.samples[i] = 0;
  }
  const SpeechCurves a = Curves(pcm, {0, 600}), b = Curves(zeroed, {0, 600});
  for (int64_t h = 0; h < 600; ++h) ASSERT_TRUE(SameBits(a.at(h), b.at(h)));
}

// A microphone's noise must not look like speech where the job begins or ends:
// what lies outside the audio is no evidence of silence.
TEST(SpeechCurvesTest, NoiseAtTheEndsIsNotTakenForSpeech) {
  const VectorPcm pcm = [] {
    VectorPcm p;
    p.samples.resize(3 * 16000);
    AddNoise(0.05, &p);
    return p;
  }();
  const SpeechCurves curves = Curves(pcm, {0, 300});
  for (int64_t h = 2; h < 298; ++h) {
    EXPECT_LT(curves.at(h).loudness, 0.3f) << h;
  }
}

class FailingPcm : public PcmReader {
 public:
  int64_t size_samples() const override { return 16000; }
  Status Read(int64_t, std::span<float>) const override {
    return DataLoss("bad sector");
  }
};

TEST(SpeechCurvesTest, ReadErrorsAreHandedOn) {
  EXPECT_EQ(AnalyzeSpeech(FailingPcm(), {0, 10}).status().code(),
            StatusCode::kDataLoss);
}

}  // namespace
}  // namespace longtake::worker
