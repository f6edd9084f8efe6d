#pragma once
// Audio for tests, made from arithmetic: syllables of harmonic tones with
// pauses between phrases, a noise floor under them. Every sample is a function
// of its index, so pieces can be replaced.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <span>
#include <vector>

#include "worker/engine/engine.h"
#include "worker/engine/motion/philox.h"

namespace longtake::worker {

// Audio held in memory.
class VectorPcm : public PcmReader {
 public:
  std::vector<float> samples;
  int64_t size_samples() const override {
    return static_cast<int64_t>(samples.size());
  }
  Status Read(int64_t first, std::span<float> out) const override {
    for (size_t i = 0; i < out.size(); ++i) {
      const int64_t at = first + static_cast<int64_t>(i);
      out[i] = at >= 0 && at < size_samples() ? samples[at] : 0.f;
    }
    return OkStatus();
  }
};

// White noise of the given root mean square.
inline void AddNoise(double rms, VectorPcm* pcm, uint64_t seed = 99) {
  const KeyedRandom random(seed, RandomPurpose::kFrameNoise);
  for (size_t i = 0; i < pcm->samples.size(); ++i) {
    pcm->samples[i] +=
        static_cast<float>(rms * std::sqrt(3.0) *
                           (2 * random.Uniform(static_cast<int64_t>(i)) - 1));
  }
}

// Is anything said at this sample? Phrases of 2.4 s, pauses of 0.8 s; in a
// phrase syllables of 160 ms, 80 ms apart.
constexpr int64_t kPhraseSamples = 51200;
constexpr int64_t kSpokenSamples = 38400;
constexpr int64_t kSyllableSamples = 3840;
constexpr int64_t kVoicedSamples = 2560;
inline bool SpokenAt(int64_t sample) {
  const int64_t in_phrase = sample % kPhraseSamples;
  return in_phrase < kSpokenSamples &&
         in_phrase % kSyllableSamples < kVoicedSamples;
}

// `variant` changes pitch and vowels.
inline float SpeechSample(int64_t i, int variant) {
  if (!SpokenAt(i)) return 0;
  const int64_t syllable = i / kSyllableSamples;
  const double u = static_cast<double>(i % kPhraseSamples % kSyllableSamples) /
                   kVoicedSamples;
  const double pitch_hz = 110 + 15 * ((syllable + variant) % 4) + 20 * variant;
  const double formant = (syllable + variant) % 2 ? 750 : 350;
  double value = 0;
  for (int h = 1; h * pitch_hz < 3500; ++h) {
    const double f = h * pitch_hz;
    const double gain = std::exp(-std::pow((f - formant) / 250, 2)) +
                        0.3 * std::exp(-std::pow((f - 1900) / 400, 2)) + 0.02;
    value += gain * std::sin(2 * std::numbers::pi * f * (i % 16000) / 16000.0);
  }
  const double loud = 0.6 + 0.4 * ((syllable * 7 + variant) % 5) / 4.0;
  return static_cast<float>(0.12 * loud * value *
                            std::sin(std::numbers::pi * u));
}

inline VectorPcm SyntheticSpeech(double seconds, int variant = 0,
                                 double noise_rms = 0.0005) {
  VectorPcm pcm;
  pcm.samples.resize(static_cast<size_t>(seconds * kAnalysisSampleRateHz));
  for (size_t i = 0; i < pcm.samples.size(); ++i) {
    pcm.samples[i] = SpeechSample(static_cast<int64_t>(i), variant);
  }
  AddNoise(noise_rms, &pcm);
  return pcm;
}

// Overwrites [begin, end) with other speech.
inline void ReplaceSpeech(int64_t begin, int64_t end, int variant,
                          VectorPcm* pcm) {
  for (int64_t i = begin; i < end; ++i) {
    pcm->samples[i] = SpeechSample(i + 700, variant) + 1e-3f * (i % 3);
  }
}

}  // namespace longtake::worker
