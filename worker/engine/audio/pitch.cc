#include "worker/engine/audio/pitch.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <span>

#include "worker/engine/audio/hop_reader.h"

namespace longtake::worker {
namespace {

// Four samples of the audio are one of what is searched.
constexpr int kDecimation = 4;
constexpr double kRate =
    static_cast<double>(kAnalysisSampleRateHz) / kDecimation;
constexpr int kFilterHalf = 32;  // samples of the audio
constexpr int kSize =
    2 * (kPitchReachSamples - kFilterHalf) / kDecimation;  // 56 ms
constexpr int kFirstLag = static_cast<int>(kRate / kHighestPitchHz);
constexpr int kLastLag = static_cast<int>(kRate / kLowestPitchHz) + 1;
constexpr double kCutoffHz = 900;

// Periodicity below which nothing, and above which everything, is a voice.
constexpr double kUnvoiced = 0.45, kVoiced = 0.7;
// Longer periods are multiples of the right one: what each octave down costs.
constexpr double kOctaveCost = 0.04;
constexpr double kLeastPower = 1e-7;  // mean square: -70 dB

std::array<float, 2 * kFilterHalf> LowPass() {
  std::array<float, 2 * kFilterHalf> taps;
  double sum = 0;
  for (int i = 0; i < 2 * kFilterHalf; ++i) {
    const double x = i - kFilterHalf + 0.5;
    const double angle =
        2 * std::numbers::pi * kCutoffHz / kAnalysisSampleRateHz * x;
    const double window =
        0.5 + 0.5 * std::cos(std::numbers::pi * x / kFilterHalf);
    taps[i] = static_cast<float>(std::sin(angle) / angle * window);
    sum += taps[i];
  }
  for (float& tap : taps) tap = static_cast<float>(tap / sum);
  return taps;
}

// The sound about a hop at 4 kHz.
using Window = std::array<float, kSize>;

// Windows of consecutive hops share all but this many samples.
constexpr int kStride = static_cast<int>(kHopSamples) / kDecimation;
static_assert(kHopSamples % kDecimation == 0 && kStride < kSize);

// Samples [from, kSize) of a hop's window; the others are there already.
void Decimate(std::span<const float> sound, int from, Window* window) {
  static const std::array<float, 2 * kFilterHalf> taps = LowPass();
  for (int i = from; i < kSize; ++i) {
    float sum = 0;
    for (int k = 0; k < 2 * kFilterHalf; ++k) {
      sum += taps[k] * sound[i * kDecimation + k];
    }
    (*window)[i] = sum;
  }
}

Window WithoutMean(Window window) {
  float mean = 0;
  for (float s : window) mean += s / kSize;
  for (float& s : window) s -= mean;
  return window;
}

using Periodicity = std::array<double, kLastLag + 2>;

// Correlation of the sound with itself, `lag` later: 1 where it repeats.
Periodicity Correlate(const Window& x) {
  std::array<double, kSize + 1> energy{};
  for (int i = 0; i < kSize; ++i) energy[i + 1] = energy[i] + x[i] * x[i];
  Periodicity r{};
  constexpr int kEnd = kLastLag + 2;
  // Several lags side by side, each summed in the same order as alone: one sum
  // would wait for its last addition all the time.
  constexpr int kLags = 8;
  for (int first = kFirstLag - 1; first < kEnd; first += kLags) {
    std::array<double, kLags> sums{};
    const int all = kSize - (first + kLags - 1);
    for (int i = 0; i < all; ++i) {
      for (int k = 0; k < kLags; ++k) sums[k] += x[i] * x[i + first + k];
    }
    for (int lag = first; lag < std::min(first + kLags, kEnd); ++lag) {
      double sum = sums[lag - first];
      for (int i = all; i + lag < kSize; ++i) sum += x[i] * x[i + lag];
      const double both = energy[kSize - lag] * (energy[kSize] - energy[lag]);
      r[lag] = both > 0 ? sum / std::sqrt(both) : 0;
    }
  }
  return r;
}

PitchHop FindPitch(const Window& window) {
  const Window x = WithoutMean(window);
  double power = 0;
  for (float s : x) power += static_cast<double>(s) * s / kSize;
  if (power < kLeastPower) return {};
  const Periodicity r = Correlate(x);
  double best = 0, best_lag = 0, strength = 0;
  for (int lag = kFirstLag; lag <= kLastLag; ++lag) {
    if (r[lag] < r[lag - 1] || r[lag] < r[lag + 1]) continue;
    // The parabola through the peak and its neighbours.
    const double bend = r[lag - 1] - 2 * r[lag] + r[lag + 1];
    const double aside = bend < 0 ? 0.5 * (r[lag - 1] - r[lag + 1]) / bend : 0;
    const double peak = r[lag] - 0.25 * (r[lag - 1] - r[lag + 1]) * aside;
    const double score =
        peak - kOctaveCost * std::log2(static_cast<double>(lag) / kFirstLag);
    if (score > best) {
      best = score;
      best_lag = lag + aside;
      strength = peak;
    }
  }
  const double voiced =
      std::clamp((strength - kUnvoiced) / (kVoiced - kUnvoiced), 0.0, 1.0);
  if (voiced <= 0) return {};
  return {static_cast<float>(std::log2(kRate / best_lag / 100)),
          static_cast<float>(voiced)};
}

}  // namespace

StatusOr<std::vector<PitchHop>> TrackPitch(const PcmReader& pcm,
                                           HopRange range) {
  std::vector<PitchHop> hops;
  hops.reserve(static_cast<size_t>(range.size()));
  Window window;
  LT_RETURN_IF_ERROR(VisitHops(
      pcm, range, kPitchReachSamples, [&](std::span<const float> sound) {
        const bool first = hops.empty();
        if (!first)
          std::copy(window.begin() + kStride, window.end(), window.begin());
        Decimate(sound, first ? 0 : kSize - kStride, &window);
        hops.push_back(FindPitch(window));
      }));
  return hops;
}

}  // namespace longtake::worker
