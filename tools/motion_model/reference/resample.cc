#include "tools/motion_model/reference/resample.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <numeric>

namespace longtake::reference {
namespace {

constexpr double kCrossings = 16;

// The filter's weights for an output that lies `phase` input samples after an
// input sample, from `reach` samples before that one on.
std::vector<float> Weights(double phase, double cutoff, int reach) {
  std::vector<float> weights;
  for (int i = -reach; i <= reach + 1; ++i) {
    const double x = (i - phase) * cutoff;
    const double angle = std::numbers::pi * x;
    const double sinc = x == 0 ? 1 : std::sin(angle) / angle;
    const double hann =
        std::abs(x) < kCrossings ? 0.5 + 0.5 * std::cos(angle / kCrossings) : 0;
    weights.push_back(static_cast<float>(cutoff * sinc * hann));
  }
  return weights;
}

}  // namespace

std::vector<float> Resample(std::span<const float> samples, int from_hz,
                            int to_hz) {
  const int common = std::gcd(from_hz, to_hz);
  const int64_t step = from_hz / common;  // output n lies at n step / phases
  const int64_t phases = to_hz / common;
  const double cutoff = std::min(1.0, static_cast<double>(to_hz) / from_hz);
  const int reach = static_cast<int>(std::ceil(kCrossings / cutoff));
  std::vector<std::vector<float>> weights;
  for (int64_t p = 0; p < phases; ++p) {
    weights.push_back(Weights(
        static_cast<double>(p) / static_cast<double>(phases), cutoff, reach));
  }
  const auto size = static_cast<int64_t>(samples.size());
  std::vector<float> out(static_cast<size_t>(size * phases / step));
  for (size_t n = 0; n < out.size(); ++n) {
    const int64_t at = static_cast<int64_t>(n) * step;
    const std::vector<float>& w = weights[at % phases];
    const int64_t first = at / phases - reach;
    const int64_t begin = std::max<int64_t>(0, -first);
    const int64_t end =
        std::min<int64_t>(static_cast<int64_t>(w.size()), size - first);
    float sum = 0;
    for (int64_t i = begin; i < end; ++i) sum += w[i] * samples[first + i];
    out[n] = sum;
  }
  return out;
}

}  // namespace longtake::reference
