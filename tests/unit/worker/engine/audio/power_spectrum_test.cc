#include "worker/engine/audio/power_spectrum.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <numeric>
#include <vector>

#include "worker/engine/motion/philox.h"

namespace longtake::worker {
namespace {

std::vector<float> Noise() {
  const KeyedRandom random(5, RandomPurpose::kFrameNoise);
  std::vector<float> x(kSpectrumSize);
  for (int i = 0; i < kSpectrumSize; ++i) {
    x[i] = static_cast<float>(random.Normal(i));
  }
  return x;
}

std::array<double, kSpectrumBins> Spectrum(const std::vector<float>& x) {
  std::array<double, kSpectrumBins> power;
  PowerSpectrum().Compute(std::span<const float, kSpectrumSize>(x), &power);
  return power;
}

TEST(PowerSpectrumTest, AgreesWithTheDefinitionOfTheTransform) {
  const std::vector<float> x = Noise();
  const auto power = Spectrum(x);
  double window_power = 0;
  std::vector<double> windowed(kSpectrumSize);
  for (int i = 0; i < kSpectrumSize; ++i) {
    const double w =
        0.5 - 0.5 * std::cos(2 * std::numbers::pi * (i + 0.5) / kSpectrumSize);
    window_power += w * w;
    windowed[i] = w * x[i];
  }
  for (int k : {0, 1, 7, 128, 255, 256}) {
    double re = 0, im = 0;
    for (int i = 0; i < kSpectrumSize; ++i) {
      const double a = 2 * std::numbers::pi * k * i / kSpectrumSize;
      re += windowed[i] * std::cos(a);
      im -= windowed[i] * std::sin(a);
    }
    const double sides = k == 0 || k == 256 ? 1 : 2;
    EXPECT_NEAR(power[k],
                sides * (re * re + im * im) / (window_power * kSpectrumSize),
                1e-12)
        << k;
  }
}

TEST(PowerSpectrumTest, FullScaleSineHasAMeanSquareOfOneHalf) {
  std::vector<float> x(kSpectrumSize);
  for (int i = 0; i < kSpectrumSize; ++i) {
    x[i] = static_cast<float>(std::sin(2 * std::numbers::pi * 40 * i / 512.0));
  }
  const auto power = Spectrum(x);
  EXPECT_NEAR(std::accumulate(power.begin(), power.end(), 0.0), 0.5, 1e-6);
  EXPECT_GT(power[40], 0.3);
  EXPECT_LT(power[50], 1e-6);
}

}  // namespace
}  // namespace longtake::worker
