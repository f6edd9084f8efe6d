#include "worker/engine/audio/power_spectrum.h"

#include <cmath>
#include <numbers>
#include <utility>

namespace longtake::worker {
namespace {

using Complex = std::complex<double>;

// std::complex's operator* checks for NaN, which costs half the transform.
Complex Multiply(Complex a, Complex b) {
  return {a.real() * b.real() - a.imag() * b.imag(),
          a.real() * b.imag() + a.imag() * b.real()};
}

}  // namespace

PowerSpectrum::PowerSpectrum(int window_samples) : window_{} {
  constexpr double kTau = 2 * std::numbers::pi;
  double sum_squares = 0;
  const int first = (kSpectrumSize - window_samples) / 2;
  for (int i = 0; i < window_samples; ++i) {
    const double value =
        0.5 - 0.5 * std::cos(kTau * (i + 0.5) / window_samples);
    window_[first + i] = value;
    sum_squares += value * value;
  }
  scale_ = 1.0 / (sum_squares * kSpectrumSize);
  for (int k = 0; k <= kHalf; ++k) {
    twiddle_[k] = {std::cos(kTau * k / kSpectrumSize),
                   -std::sin(kTau * k / kSpectrumSize)};
  }
  for (int i = 0; i < kHalf; ++i) {
    int r = 0;
    for (int bit = 1; bit < kHalf; bit <<= 1) r = (r << 1) | !!(i & bit);
    reversed_[i] = r;
  }
}

void PowerSpectrum::Compute(std::span<const float, kSpectrumSize> samples,
                            std::array<double, kSpectrumBins>* power) const {
  std::array<Complex, kHalf> z;
  for (int i = 0; i < kHalf; ++i) {
    z[reversed_[i]] = {samples[2 * i] * window_[2 * i],
                       samples[2 * i + 1] * window_[2 * i + 1]};
  }
  for (int length = 2; length <= kHalf; length *= 2) {
    const int stride = kSpectrumSize / length;
    for (int start = 0; start < kHalf; start += length) {
      for (int k = 0; k < length / 2; ++k) {
        Complex& a = z[start + k];
        Complex& b = z[start + k + length / 2];
        const Complex t = Multiply(b, twiddle_[k * stride]);
        b = a - t;
        a += t;
      }
    }
  }
  for (int k = 0; k <= kHalf; ++k) {
    const Complex a = z[k % kHalf];
    const Complex b = std::conj(z[(kHalf - k) % kHalf]);
    const Complex even = 0.5 * (a + b);
    const Complex odd = Multiply(Complex(0, -0.5), a - b);
    const Complex x = even + Multiply(odd, twiddle_[k]);
    const bool edge = k == 0 || k == kHalf;
    (*power)[k] = (edge ? 1.0 : 2.0) * scale_ *
                  (x.real() * x.real() + x.imag() * x.imag());
  }
}

}  // namespace longtake::worker
