#include "worker/engine/motion/smoothing.h"

#include <algorithm>
#include <cmath>

namespace longtake::worker {

FirKernel GaussianKernel(double sigma_steps) {
  const int radius = static_cast<int>(std::ceil(2.5 * sigma_steps));
  FirKernel kernel;
  double total = 0;
  for (int d = -radius; d <= radius; ++d) {
    kernel.taps.push_back(std::exp(-0.5 * d * d / (sigma_steps * sigma_steps)));
    total += kernel.taps.back();
  }
  for (double& tap : kernel.taps) tap /= total;
  return kernel;
}

FirKernel GaussianKernel(int64_t sigma_us, FrameRate rate) {
  return GaussianKernel(static_cast<double>(sigma_us * rate.num) /
                        (1e6 * rate.den));
}

std::vector<double> Convolve(const std::vector<double>& in,
                             const FirKernel& kernel) {
  const size_t width = kernel.taps.size();
  std::vector<double> out;
  if (in.size() < width) return out;
  out.reserve(in.size() - width + 1);
  for (size_t i = 0; i + width <= in.size(); ++i) {
    double sum = 0;
    for (size_t d = 0; d < width; ++d) sum += kernel.taps[d] * in[i + d];
    out.push_back(sum);
  }
  return out;
}

double SmoothStep5(double u) {
  u = std::clamp(u, 0.0, 1.0);
  return u * u * u * (u * (6 * u - 15) + 10);
}

}  // namespace longtake::worker
