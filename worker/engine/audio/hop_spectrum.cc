#include "worker/engine/audio/hop_spectrum.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

#include "worker/engine/audio/hop_reader.h"
#include "worker/engine/audio/power_spectrum.h"

namespace longtake::worker {
namespace {

double BandPower(const std::array<double, kSpectrumBins>& power, double low_hz,
                 double high_hz) {
  constexpr double kBinHz =
      static_cast<double>(kAnalysisSampleRateHz) / kSpectrumSize;
  const int first = static_cast<int>(std::ceil(low_hz / kBinHz));
  const int last =
      std::min(kSpectrumBins, static_cast<int>(std::ceil(high_hz / kBinHz)));
  double sum = 0;
  for (int b = first; b < last; ++b) sum += power[b];
  return sum;
}

double Decibels(double power) { return 10 * std::log10(power + 1e-10); }

HopSpectrum Summarize(const std::array<double, kSpectrumBins>& power) {
  HopSpectrum hop;
  hop.speech_db = static_cast<float>(Decibels(BandPower(power, 150, 4500)));
  hop.high_db = static_cast<float>(Decibels(BandPower(power, 4500, 8001)));
  hop.upper_db = static_cast<float>(Decibels(BandPower(power, 600, 3500)));
  hop.full_db = static_cast<float>(Decibels(BandPower(power, 20, 8001)));
  hop.openness_db = static_cast<float>(Decibels(BandPower(power, 550, 1100)) -
                                       Decibels(BandPower(power, 180, 480)));
  hop.frontness_db = static_cast<float>(Decibels(BandPower(power, 1600, 3000)) -
                                        Decibels(BandPower(power, 600, 1300)));
  return hop;
}

}  // namespace

StatusOr<std::vector<HopSpectrum>> AnalyzeHops(const PcmReader& pcm,
                                               HopRange range) {
  const PowerSpectrum spectrum;
  std::vector<HopSpectrum> hops;
  hops.reserve(static_cast<size_t>(range.size()));
  std::array<double, kSpectrumBins> power;
  LT_RETURN_IF_ERROR(VisitHops(
      pcm, range, kHopReachSamples, [&](std::span<const float> sound) {
        spectrum.Compute(sound.first<kSpectrumSize>(), &power);
        hops.push_back(Summarize(power));
      }));
  return hops;
}

}  // namespace longtake::worker
