#include "worker/engine/audio/audio_features.h"

#include <algorithm>
#include <cmath>

namespace longtake::worker {
namespace {

void Accumulate(const SpeechHop& hop, double weight, double* sums) {
  sums[0] += weight * hop.loudness;
  sums[1] += weight * hop.openness;
  sums[2] += weight * hop.frontness;
  sums[3] += weight * hop.fricative;
  sums[4] += weight * hop.silence;
}

}  // namespace

int64_t FeatureSample(FrameIndex frame, FrameRate rate) {
  const __int128 num =
      static_cast<__int128>(2 * frame + 1) * kAnalysisSampleRateHz * rate.den;
  const __int128 den = static_cast<__int128>(2) * rate.num;
  __int128 q = num / den;
  if (num % den < 0) --q;
  return static_cast<int64_t>(q);
}

HopRange HopsAround(int64_t first_sample, int64_t last_sample) {
  return {FloorDiv(first_sample, kHopSamples) - kFeatureRadiusHops,
          FloorDiv(last_sample, kHopSamples) + kFeatureRadiusHops + 2};
}

AudioFeatures FeaturesAt(const SpeechCurves& curves, int64_t sample) {
  const HopRange hops = HopsAround(sample, sample);
  double sums[5] = {0, 0, 0, 0, 0};
  double total = 0;
  float closure = 0;
  for (int64_t h = hops.begin; h < hops.end; ++h) {
    const double distance =
        static_cast<double>(h * kHopSamples - sample) / kHopSamples;
    const double weight = std::exp(-0.5 * distance * distance /
                                   (kFeatureSigmaHops * kFeatureSigmaHops));
    const SpeechHop& hop = curves.at(h);
    Accumulate(hop, weight, sums);
    total += weight;
    // Full within a hop of the centre, fading to nothing three hops away.
    const float nearness = static_cast<float>(
        std::clamp((3.0 - std::abs(distance)) / 2.0, 0.0, 1.0));
    closure = std::max(closure, hop.closure * nearness);
  }
  AudioFeatures f;
  f.loudness = static_cast<float>(sums[0] / total);
  f.openness = static_cast<float>(sums[1] / total);
  f.frontness = static_cast<float>(sums[2] / total);
  f.fricative = static_cast<float>(sums[3] / total);
  f.silence = static_cast<float>(sums[4] / total);
  f.closure = closure;
  return f;
}

StatusOr<std::vector<AudioFeatures>> ComputeAudioFeatures(
    const PcmReader& pcm, FrameRate rate, FrameRange range,
    int64_t lead_samples) {
  std::vector<AudioFeatures> features;
  if (range.empty()) return features;
  const int64_t first = FeatureSample(range.begin, rate) + lead_samples;
  const int64_t last = FeatureSample(range.end - 1, rate) + lead_samples;
  LT_ASSIGN_OR_RETURN(const SpeechCurves curves,
                      AnalyzeSpeech(pcm, HopsAround(first, last)));
  features.reserve(static_cast<size_t>(range.size()));
  for (FrameIndex f = range.begin; f < range.end; ++f) {
    features.push_back(
        FeaturesAt(curves, FeatureSample(f, rate) + lead_samples));
  }
  return features;
}

}  // namespace longtake::worker
