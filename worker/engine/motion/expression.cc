#include "worker/engine/motion/expression.h"

#include <cmath>

#include "worker/engine/motion/set_channels.h"
#include "worker/engine/motion/smoothing.h"

namespace longtake::worker {
namespace {

constexpr int64_t kNoiseMicros = 300000;

}  // namespace

int DriftReach(FrameRate rate) {
  return GaussianKernel(kNoiseMicros, rate).radius();
}

std::vector<Drift> DriftOf(const FineMotionWindow& window) {
  const FirKernel kernel = GaussianKernel(kNoiseMicros, window.rate);
  double power = 0;
  for (double tap : kernel.taps) power += tap * tap;
  const double gain = 1 / std::sqrt(power);
  std::vector<Drift> drift(kWindowFrames);
  for (int i = 0; i < kWindowFrames; ++i) {
    std::array<double, kNoiseChannels> sum{};
    for (size_t d = 0; d < kernel.taps.size(); ++d) {
      const FrameNoise& noise = window.noise[i + d];
      for (int c = 0; c < kNoiseChannels; ++c) {
        sum[c] += kernel.taps[d] * noise[c];
      }
    }
    drift[i] = {gain * sum[0], gain * sum[1], gain * sum[2], gain * sum[3]};
  }
  return drift;
}

void ShapeExpression(double spoken_smile, const KeyMotionState& key,
                     const Drift& drift, MotionFrame* f) {
  const double smile = 0.09 + 0.035 * drift.smile + spoken_smile;
  const double lean = 0.015 * drift.aside;
  Set(kMouthSmileLeft, smile + lean, f);
  Set(kMouthSmileRight, smile - lean, f);
  SetBoth(kCheekSquintLeft, kCheekSquintRight, 0.35 * smile, f);
  SetBoth(kEyeSquintLeft, kEyeSquintRight,
          0.05 + 0.25 * smile + 0.10 * key.emphasis, f);
  const double brow = key.brow + 0.06 * drift.brow;
  Set(kBrowInnerUp, 0.50 * brow, f);
  SetBoth(kBrowOuterUpLeft, kBrowOuterUpRight, 0.42 * brow, f);
  SetBoth(kBrowDownLeft, kBrowDownRight,
          0.10 * key.emphasis - 0.12 * drift.brow * (1 - key.brow) - 0.04, f);
  SetBoth(kEyeWideLeft, kEyeWideRight, 0.20 * key.brow, f);
}

}  // namespace longtake::worker
