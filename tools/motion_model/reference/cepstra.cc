#include "tools/motion_model/reference/cepstra.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "worker/engine/audio/power_spectrum.h"

namespace longtake::reference {
namespace {

using worker::kSpectrumBins;
using worker::kSpectrumSize;

constexpr int kBands = 40;
constexpr double kLowestHz = 60;
constexpr double kHighestHz = 7600;
constexpr int kTaperSamples = 400;
constexpr double kFloor = 3.2e-6;  // -55 dB, as power
constexpr float kSpeechDb = -35;
constexpr double kLoudQuantile = 0.95;
constexpr int kSlopeReach = 4;  // frames on each side
// Slopes are weaker than the cepstra that they come from.
constexpr float kSlopeGain = 2.5f;

double Mel(double hz) { return 1127 * std::log1p(hz / 700); }
double Hz(double mel) { return 700 * std::expm1(mel / 1127); }

using BandPower = std::array<double, kBands>;

// A triangle over some bins, with unit sum.
struct Triangle {
  int first = 0;
  std::vector<double> weights;
};

// Evenly spaced in mel.
std::array<Triangle, kBands> MelTriangles() {
  std::array<Triangle, kBands> triangles;
  const double low = Mel(kLowestHz);
  const double step = (Mel(kHighestHz) - low) / (kBands + 1);
  for (int b = 0; b < kBands; ++b) {
    const double left = Hz(low + b * step);
    const double centre = Hz(low + (b + 1) * step);
    const double right = Hz(low + (b + 2) * step);
    double sum = 0;
    for (int k = 0; k < kSpectrumBins; ++k) {
      const double hz = k * static_cast<double>(kSampleRateHz) / kSpectrumSize;
      const double w = hz < centre ? (hz - left) / (centre - left)
                                   : (right - hz) / (right - centre);
      if (w <= 0) continue;
      if (triangles[b].weights.empty()) triangles[b].first = k;
      triangles[b].weights.push_back(w);
      sum += w;
    }
    for (double& w : triangles[b].weights) w /= sum;
  }
  return triangles;
}

// Narrows PowerSpectrum's window: a closure should not hear the vowel before.
std::array<float, kSpectrumSize> Taper() {
  std::array<float, kSpectrumSize> taper{};
  for (int i = 0; i < kSpectrumSize; ++i) {
    const double x = (i + 0.5 - kSpectrumSize / 2) / kTaperSamples;
    if (std::abs(x) >= 0.5) continue;
    taper[i] =
        static_cast<float>(0.5 + 0.5 * std::cos(2 * std::numbers::pi * x));
  }
  return taper;
}

std::vector<BandPower> BandPowers(std::span<const float> samples) {
  static const worker::PowerSpectrum kSpectrum;
  static const auto kTaper = Taper();
  static const auto kTriangles = MelTriangles();
  std::vector<BandPower> bands(samples.size() / kHopSamples);
  std::array<float, kSpectrumSize> window;
  std::array<double, kSpectrumBins> power;
  const auto size = static_cast<int64_t>(samples.size());
  for (size_t f = 0; f < bands.size(); ++f) {
    const int64_t begin = static_cast<int64_t>(f) * kHopSamples +
                          kHopSamples / 2 - kSpectrumSize / 2;
    for (int i = 0; i < kSpectrumSize; ++i) {
      const int64_t at = begin + i;
      window[i] = at >= 0 && at < size ? samples[at] * kTaper[i] : 0.0f;
    }
    kSpectrum.Compute(window, &power);
    for (int b = 0; b < kBands; ++b) {
      const Triangle& t = kTriangles[b];
      double sum = 0;
      for (size_t i = 0; i < t.weights.size(); ++i) {
        sum += t.weights[i] * power[t.first + i];
      }
      bands[f][b] = sum;
    }
  }
  return bands;
}

double Total(const BandPower& bands) {
  double sum = 0;
  for (const double p : bands) sum += p;
  return sum;
}

double LoudPower(const std::vector<BandPower>& bands) {
  if (bands.empty()) return 1;
  std::vector<double> totals;
  for (const BandPower& b : bands) totals.push_back(Total(b));
  const auto at = totals.begin() +
                  static_cast<int64_t>(kLoudQuantile * (totals.size() - 1));
  std::nth_element(totals.begin(), at, totals.end());
  return std::max(*at, 1e-12);
}

Cepstrum CosineTransform(const BandPower& log_power) {
  static const auto kCosines = [] {
    std::array<BandPower, kCepstra> c;
    for (int i = 0; i < kCepstra; ++i) {
      for (int b = 0; b < kBands; ++b) {
        c[i][b] = std::cos(std::numbers::pi * i * (b + 0.5) / kBands) *
                  std::sqrt((i == 0 ? 1.0 : 2.0) / kBands);
      }
    }
    return c;
  }();
  Cepstrum out;
  for (int i = 0; i < kCepstra; ++i) {
    double sum = 0;
    for (int b = 0; b < kBands; ++b) sum += kCosines[i][b] * log_power[b];
    out[i] = static_cast<float>(sum);
  }
  return out;
}

// Least-squares slope of rows [from, from + kCepstra) into the next ones.
void AddSlopes(std::vector<Feature>* features, int from) {
  double norm = 0;
  for (int d = 1; d <= kSlopeReach; ++d) norm += 2 * d * d;
  const int last = static_cast<int>(features->size()) - 1;
  for (int f = 0; f <= last; ++f) {
    for (int i = from; i < from + kCepstra; ++i) {
      double sum = 0;
      for (int d = 1; d <= kSlopeReach; ++d) {
        sum += d * ((*features)[std::min(f + d, last)][i] -
                    (*features)[std::max(f - d, 0)][i]);
      }
      (*features)[f][i + kCepstra] =
          kSlopeGain * static_cast<float>(kSlopeReach * sum / norm);
    }
  }
}

}  // namespace

SoundFrames Analyze(std::span<const float> samples) {
  std::vector<BandPower> bands = BandPowers(samples);
  const double loud = LoudPower(bands);
  SoundFrames out;
  for (BandPower& frame : bands) {
    out.loudness_db.push_back(
        static_cast<float>(10 * std::log10(Total(frame) / loud + 1e-9)));
    for (double& p : frame) p = std::log(p * kBands / loud + kFloor);
    out.cepstra.push_back(CosineTransform(frame));
  }
  return out;
}

Scale MeasureScale(std::span<const SoundFrames> sounds) {
  std::array<double, kCepstra> sum{};
  std::array<double, kCepstra> square{};
  double count = 0;
  for (const SoundFrames& sound : sounds) {
    for (size_t f = 0; f < sound.cepstra.size(); ++f) {
      if (sound.loudness_db[f] < kSpeechDb) continue;
      ++count;
      for (int i = 0; i < kCepstra; ++i) {
        const double c = sound.cepstra[f][i];
        sum[i] += c;
        square[i] += c * c;
      }
    }
  }
  Scale scale;
  for (int i = 0; i < kCepstra; ++i) {
    const double mean = count > 0 ? sum[i] / count : 0;
    const double variance = count > 0 ? square[i] / count - mean * mean : 1;
    scale.mean[i] = static_cast<float>(mean);
    scale.deviation[i] = static_cast<float>(std::sqrt(variance + 1e-3));
  }
  return scale;
}

std::vector<Feature> Features(const std::vector<Cepstrum>& cepstra,
                              const Scale& scale) {
  std::vector<Feature> features(cepstra.size());
  for (size_t f = 0; f < cepstra.size(); ++f) {
    for (int i = 0; i < kCepstra; ++i) {
      features[f][i] = (cepstra[f][i] - scale.mean[i]) / scale.deviation[i];
    }
  }
  if (!features.empty()) {
    AddSlopes(&features, 0);
    AddSlopes(&features, kCepstra);
  }
  return features;
}

}  // namespace longtake::reference
