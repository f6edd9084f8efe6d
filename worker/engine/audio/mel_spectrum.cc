#include "worker/engine/audio/mel_spectrum.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

#include "worker/engine/audio/hop_reader.h"
#include "worker/engine/audio/power_spectrum.h"

namespace longtake::worker {
namespace {

double MelOf(double hz) { return 2595 * std::log10(1 + hz / 700); }
double HzOf(double mel) { return 700 * (std::pow(10, mel / 2595) - 1); }

// One band's triangle over the bins that it touches.
struct MelBand {
  int first_bin = 0;
  std::vector<double> weights;
};

std::array<MelBand, kMelBands> MakeBands() {
  constexpr double kBinHz =
      static_cast<double>(kAnalysisSampleRateHz) / kSpectrumSize;
  const double low = MelOf(kMelLowHz), high = MelOf(kMelHighHz);
  const auto edge = [&](int i) {
    return HzOf(low + (high - low) * i / (kMelBands + 1)) / kBinHz;
  };
  std::array<MelBand, kMelBands> bands;
  for (int b = 0; b < kMelBands; ++b) {
    const double left = edge(b), middle = edge(b + 1), right = edge(b + 2);
    MelBand& band = bands[b];
    // The lowest triangles are narrower than a bin: those reach to the nearest.
    band.first_bin = static_cast<int>(std::floor(left));
    const int last = static_cast<int>(std::ceil(right));
    double sum = 0;
    for (int bin = band.first_bin; bin <= last; ++bin) {
      const double rise = (bin - left) / (middle - left);
      const double fall = (right - bin) / (right - middle);
      band.weights.push_back(std::max(std::min(rise, fall), 0.0));
      sum += band.weights.back();
    }
    if (sum < 0.5) {  // between two bins: both, by nearness
      for (size_t i = 0; i < band.weights.size(); ++i) {
        const double distance =
            std::abs(band.first_bin + static_cast<double>(i) - middle);
        band.weights[i] = std::max(1 - distance, 0.0);
      }
      sum = 0;
      for (double w : band.weights) sum += w;
    }
    for (double& w : band.weights) w /= sum;
  }
  return bands;
}

}  // namespace

StatusOr<std::vector<float>> ComputeMelPowers(const PcmReader& pcm,
                                              HopRange range) {
  const PowerSpectrum spectrum(kMelWindowSamples);
  const std::array<MelBand, kMelBands> bands = MakeBands();
  std::vector<float> mel;
  mel.reserve(static_cast<size_t>(range.size()) * kMelBands);
  std::array<double, kSpectrumBins> power;
  LT_RETURN_IF_ERROR(VisitHops(
      pcm, range, kHopReachSamples, [&](std::span<const float> sound) {
        spectrum.Compute(sound.first<kSpectrumSize>(), &power);
        for (const MelBand& band : bands) {
          double sum = 0;
          for (size_t k = 0; k < band.weights.size(); ++k) {
            sum += band.weights[k] * power[band.first_bin + k];
          }
          mel.push_back(static_cast<float>(sum));
        }
      }));
  return mel;
}

}  // namespace longtake::worker
