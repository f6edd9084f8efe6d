#pragma once
// Symmetric FIR smoothing and easing: the only filters in this room. Nothing
// recursive, so a value never depends on how far away a computation began.

#include <cstdint>
#include <vector>

#include "common/media_time/media_time.h"

namespace longtake::worker {

// Gaussian taps for offsets -radius..radius, summing to 1.
// taps[radius + d] is the weight of offset d.
struct FirKernel {
  std::vector<double> taps;
  int radius() const { return static_cast<int>(taps.size() / 2); }
};

// Standard deviation in steps; cut at 2.5 deviations, rounded up.
FirKernel GaussianKernel(double sigma_steps);
// Standard deviation in microseconds, for a signal of `rate` frames a second.
FirKernel GaussianKernel(int64_t sigma_us, FrameRate rate);

// "Valid" convolution: out[i] is centred on in[i + radius]; out is shorter than
// `in` by 2 * radius (empty where `in` is too short).
std::vector<double> Convolve(const std::vector<double>& in,
                             const FirKernel& kernel);

// Quintic 6u^5 - 15u^4 + 10u^3, clamped to 0 and 1: first and second
// derivatives vanish at both ends.
double SmoothStep5(double u);

}  // namespace longtake::worker
