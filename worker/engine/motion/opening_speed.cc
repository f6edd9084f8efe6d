#include "worker/engine/motion/opening_speed.h"

#include <algorithm>
#include <cmath>

#include "worker/engine/motion/mouth_channels.h"

namespace longtake::worker {
namespace {

double PerFrame(double per_second, FrameRate rate) {
  return per_second * static_cast<double>(rate.den) /
         static_cast<double>(rate.num);
}

}  // namespace

int OpeningReach(FrameRate rate) {
  const double slowest = std::min(kJawOpeningPerSecond, kUnsealingPerSecond);
  return static_cast<int>(std::ceil(1 / PerFrame(slowest, rate)));
}

void LimitOpening(FrameRate rate, double strength,
                  std::vector<MotionFrame>* frames) {
  const size_t reach = static_cast<size_t>(OpeningReach(rate));
  const double jaw_step = PerFrame(kJawOpeningPerSecond * strength, rate);
  const double seal_step =
      PerFrame(kUnsealingPerSecond * std::min(strength, 1.0), rate);
  std::vector<MotionFrame> limited;
  for (size_t i = reach; i < frames->size(); ++i) {
    MotionFrame frame = (*frames)[i];
    double jaw = frame[kJawOpen], seal = frame[kMouthClose];
    for (size_t d = 1; d <= reach; ++d) {
      const MotionFrame& before = (*frames)[i - d];
      const double steps = static_cast<double>(d);
      jaw = std::min(jaw, before[kJawOpen] + steps * jaw_step);
      seal = std::max(seal, before[kMouthClose] - steps * seal_step);
    }
    const double was_open = 1 - static_cast<double>(frame[kMouthClose]);
    if (was_open > 0) {
      const float share = static_cast<float>((1 - seal) / was_open);
      for (MotionChannel c : kPartingChannels) frame[c] *= share;
    }
    frame[kJawOpen] = static_cast<float>(jaw);
    frame[kMouthClose] = static_cast<float>(seal);
    limited.push_back(frame);
  }
  frames->swap(limited);
}

}  // namespace longtake::worker
