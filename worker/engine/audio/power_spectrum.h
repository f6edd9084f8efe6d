#pragma once
// Short-time power spectrum of 512 samples: Hann window, then a real FFT done
// as a complex radix-2 FFT of half the size (Cooley and Tukey 1965; the
// unpacking is Press et al., Numerical Recipes 12.3.2). Double precision, no
// library: the bits depend on this file and the C library's sin and cos only.

#include <array>
#include <complex>
#include <span>

namespace longtake::worker {

inline constexpr int kSpectrumSize = 512;
inline constexpr int kSpectrumBins = kSpectrumSize / 2 + 1;

// Immutable after construction, so thread-safe; build it once and share it.
class PowerSpectrum {
 public:
  // The Hann window spans the middle `window_samples` of the 512; the others
  // count as 0. 2..512, even.
  explicit PowerSpectrum(int window_samples = kSpectrumSize);

  // Power of each bin, scaled so that the sum over all bins is the mean square
  // of the windowed samples: a full-scale sine sums to 0.5. Bin b stands for
  // b * sample_rate / 512 Hz.
  void Compute(std::span<const float, kSpectrumSize> samples,
               std::array<double, kSpectrumBins>* power) const;

 private:
  static constexpr int kHalf = kSpectrumSize / 2;
  std::array<double, kSpectrumSize> window_;
  std::array<std::complex<double>, kHalf + 1> twiddle_;  // exp(-2 pi i k / 512)
  std::array<int, kHalf> reversed_;
  double scale_ = 0;
};

}  // namespace longtake::worker
