#include "tools/motion_model/evaluate/sounds.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <random>

#include "worker/engine/engine.h"
#include "worker/media/audio_file.h"
#include "worker/media/pcm_file.h"

namespace longtake::evaluation {
namespace {

constexpr double kRate = worker::kAnalysisSampleRateHz;
constexpr double kTau = 2 * std::numbers::pi;
constexpr double kSeconds = 20;

std::vector<float> BandPass(const std::vector<float>& in, double low_hz,
                            double high_hz) {
  constexpr int kHalf = 240;
  std::array<double, 2 * kHalf + 1> taps;
  const auto sinc = [](double hz, int n) {
    const double f = 2 * hz / kRate;
    if (n == 0) return f;
    return std::sin(std::numbers::pi * f * n) / (std::numbers::pi * n);
  };
  for (int n = -kHalf; n <= kHalf; ++n) {
    const double window = 0.54 + 0.46 * std::cos(std::numbers::pi * n / kHalf);
    taps[n + kHalf] = window * (sinc(high_hz, n) - sinc(low_hz, n));
  }
  std::vector<float> out(in.size());
  const int64_t size = static_cast<int64_t>(in.size());
  for (int64_t i = 0; i < size; ++i) {
    double sum = 0;
    for (int64_t n = std::max<int64_t>(-kHalf, i - size + 1);
         n <= std::min<int64_t>(kHalf, i); ++n) {
      sum += taps[n + kHalf] * in[i - n];
    }
    out[i] = static_cast<float>(sum);
  }
  return out;
}

float MuLaw(float x) {
  constexpr double kMu = 255;
  const double y = std::copysign(
      std::log1p(kMu * std::min(std::abs(x), 1.f)) / std::log1p(kMu), x);
  const double step = std::round(y * 127) / 127;
  return static_cast<float>(
      std::copysign(std::expm1(std::abs(step) * std::log1p(kMu)) / kMu, step));
}

}  // namespace

StatusOr<std::vector<float>> ReadSound(const std::string& path,
                                       const std::string& scratch) {
  LT_RETURN_IF_ERROR(worker::AnalyzeAudio(path, path, scratch).status());
  LT_ASSIGN_OR_RETURN(const auto pcm, worker::PcmFile::Open(scratch));
  std::vector<float> samples(static_cast<size_t>(pcm->size_samples()));
  LT_RETURN_IF_ERROR(pcm->Read(0, samples));
  return samples;
}

std::vector<float> Telephone(const std::vector<float>& samples) {
  std::vector<float> narrow = BandPass(samples, 300, 3400);
  // Every second sample, as 8 kHz would carry it, and back.
  for (size_t i = 0; i < narrow.size(); ++i) {
    narrow[i] = i % 2 == 0 ? 2 * MuLaw(narrow[i]) : 0;
  }
  return BandPass(narrow, 20, 3700);
}

std::vector<NamedSound> NonSpeech(uint64_t seed) {
  std::mt19937_64 engine(seed);
  std::normal_distribution<float> normal;
  const size_t samples = static_cast<size_t>(kSeconds * kRate);
  std::vector<float> white(samples), pink(samples), hum(samples),
      tones(samples);
  // Voss and McCartney's pink noise: rows that change half as often each.
  std::array<float, 12> rows{};
  for (size_t i = 0; i < samples; ++i) {
    const double t = static_cast<double>(i) / kRate;
    white[i] = 0.1f * normal(engine);
    for (size_t r = 0; r < rows.size(); ++r) {
      if (i % (size_t{1} << r) == 0) rows[r] = normal(engine);
    }
    float sum = 0;
    for (float row : rows) sum += row;
    pink[i] = 0.03f * sum;
    for (int h = 1; h <= 9; h += 2) {
      hum[i] += static_cast<float>(0.2 / h * std::sin(kTau * 50 * h * t));
    }
    hum[i] += 0.0005f * normal(engine);
    // Half a second each: dialling, a beep, nothing.
    const int part = static_cast<int>(2 * t);
    const double hz = 440 + 110 * (part * 7 % 9);
    if (part % 3 != 2) {
      tones[i] = static_cast<float>(0.2 * std::sin(kTau * hz * t));
      if (part % 3 == 0) {
        tones[i] += static_cast<float>(0.2 * std::sin(kTau * 1336 * t));
      }
    }
    tones[i] += 0.0005f * normal(engine);
  }
  return {{"white noise", white},
          {"pink noise", pink},
          {"hum", hum},
          {"tones", tones}};
}

}  // namespace longtake::evaluation
