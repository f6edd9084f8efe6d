#include "worker/engine/audio/mel_spectrum.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "tests/unit/worker/engine/audio/synthetic_speech.h"
#include "worker/engine/audio/speech_features.h"

namespace longtake::worker {
namespace {

VectorPcm Tone(double hz, double seconds, double amplitude = 0.5) {
  VectorPcm pcm;
  pcm.samples.resize(static_cast<size_t>(seconds * kAnalysisSampleRateHz));
  for (size_t i = 0; i < pcm.samples.size(); ++i) {
    pcm.samples[i] = static_cast<float>(
        amplitude * std::sin(2 * std::numbers::pi * hz *
                             static_cast<double>(i) / kAnalysisSampleRateHz));
  }
  return pcm;
}

double MelOf(double hz) { return 2595 * std::log10(1 + hz / 700); }

TEST(MelSpectrumTest, AToneIsLoudestInItsBand) {
  for (double hz : {100.0, 300.0, 1000.0, 2500.0, 7000.0}) {
    const auto mel = ComputeMelPowers(Tone(hz, 0.2), {10, 11});
    ASSERT_TRUE(mel.ok());
    ASSERT_EQ(mel->size(), static_cast<size_t>(kMelBands));
    const double band = (MelOf(hz) - MelOf(kMelLowHz)) /
                            (MelOf(kMelHighHz) - MelOf(kMelLowHz)) *
                            (kMelBands + 1) -
                        1;
    const auto loudest = std::max_element(mel->begin(), mel->end());
    EXPECT_NEAR(static_cast<double>(loudest - mel->begin()), band, 1.01) << hz;
  }
}

TEST(MelSpectrumTest, EveryBandHearsSomething) {
  VectorPcm noise = Tone(0, 0.3, 0);
  AddNoise(0.1, &noise);
  const auto mel = ComputeMelPowers(noise, {5, 15});
  for (float power : *mel) EXPECT_GT(power, 1e-8f);
}

TEST(MelSpectrumTest, AHopHasTheSameBitsInAnyRange) {
  const VectorPcm pcm = SyntheticSpeech(2);
  const auto all = ComputeMelPowers(pcm, {-3, 210});
  const auto part = ComputeMelPowers(pcm, {77, 80});
  ASSERT_TRUE(all.ok() && part.ok());
  EXPECT_TRUE(std::equal(part->begin(), part->end(),
                         all->begin() + (77 + 3) * kMelBands));
}

std::vector<float> Features(const VectorPcm& pcm, HopRange out) {
  const HopRange in = {out.begin - kNormaliseReachHops,
                       out.end + kNormaliseReachHops};
  const HopRange audio = {0, pcm.size_samples() / kHopSamples};
  return NormaliseMel(*ComputeMelPowers(pcm, in), in, audio, out);
}

TEST(SpeechFeaturesTest, LevelDoesNotMatter) {
  VectorPcm loud = SyntheticSpeech(9), quiet = loud;
  for (float& s : quiet.samples) s *= 0.3f;
  const auto a = Features(loud, {300, 500}), b = Features(quiet, {300, 500});
  ASSERT_EQ(a.size(), 200u * kMelBands);
  double worst = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    worst = std::max<double>(worst, std::abs(a[i] - b[i]));
  }
  // Only the absolute floor tells them apart.
  EXPECT_LT(worst, 0.25);
}

TEST(SpeechFeaturesTest, AnEditReachesNoFurtherThanDeclared) {
  const VectorPcm before = SyntheticSpeech(12);
  VectorPcm after = before;
  for (size_t i = 16000 * 6; i < 16000 * 7; ++i) after.samples[i] = 0.2f;
  const int64_t edit_begin = 600, edit_end = 700;
  const HopRange left = {edit_begin - kNormaliseReachHops - 60,
                         edit_begin - kNormaliseReachHops - 2};
  EXPECT_EQ(Features(before, left), Features(after, left));
  const HopRange right = {edit_end + kNormaliseReachHops + 3,
                          edit_end + kNormaliseReachHops + 60};
  EXPECT_EQ(Features(before, right), Features(after, right));
  const HopRange near = {edit_begin - 150, edit_begin - 50};
  EXPECT_NE(Features(before, near), Features(after, near));
}

TEST(SpeechFeaturesTest, SilenceAroundTheJobIsNotCounted) {
  // The mean over a job of one level is that level, whatever lies outside.
  VectorPcm pcm;
  pcm.samples.resize(16000, 0.f);
  AddNoise(0.1, &pcm);
  const auto features = Features(pcm, {20, 80});
  double sum = 0;
  for (float f : features) sum += f;
  EXPECT_NEAR(sum / static_cast<double>(features.size()), 0, 0.05);
}

}  // namespace
}  // namespace longtake::worker
