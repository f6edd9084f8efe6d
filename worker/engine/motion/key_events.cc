// Blinks and gaze as functions of time.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "worker/engine/motion/key_motions.h"
#include "worker/engine/motion/smoothing.h"

namespace longtake::worker {
namespace {

// 25 ms + 2.4 ms a degree: Lee, Badler and Badler, "Eyes Alive" (2002).
int64_t SaccadeMicros(double yaw_steps, double pitch_steps) {
  const double degrees =
      std::hypot(yaw_steps, pitch_steps) * kAngleStep * 180 / std::numbers::pi;
  return 25000 + static_cast<int64_t>(2400 * degrees);
}

double Ease(int64_t time_us, int64_t start_us, int64_t length_us) {
  return SmoothStep5(static_cast<double>(time_us - start_us) /
                     static_cast<double>(length_us));
}

// First element whose start is later than `time_us`.
template <typename Event>
auto FirstAfter(const std::vector<Event>& events, int64_t time_us) {
  return std::upper_bound(
      events.begin(), events.end(), time_us,
      [](int64_t t, const Event& e) { return t < e.start_us; });
}

}  // namespace

double BlinkAt(const KeyMotions& keys, int64_t time_us) {
  double shut = 0;
  for (auto it = FirstAfter(keys.blinks, time_us - kMaxEventMicros);
       it != keys.blinks.end() && it->start_us <= time_us; ++it) {
    const int64_t opening =
        it->start_us + int64_t{1000} * (it->close_ms + it->hold_ms);
    const double fall = Ease(time_us, it->start_us, 1000 * it->close_ms);
    const double rise = Ease(time_us, opening, 1000 * it->open_ms);
    shut = std::max(shut, fall * (1 - rise) * it->depth / 255.0);
  }
  return shut;
}

double GlanceWeight(const KeyGlance& glance, int64_t time_us, int64_t delay_us,
                    int64_t extra_us) {
  const int64_t length = SaccadeMicros(glance.yaw, glance.pitch) + extra_us;
  return Ease(time_us, glance.start_us + delay_us, length) -
         Ease(time_us, glance.end_us + delay_us, length);
}

Gaze GazeAt(const KeyMotions& keys, int64_t time_us) {
  double yaw = 0, pitch = 0;
  const auto next = FirstAfter(keys.fixations, time_us);
  if (next != keys.fixations.begin()) {
    const KeyFixation& now = *std::prev(next);
    const KeyFixation& old =
        std::prev(next) == keys.fixations.begin() ? now : *std::prev(next, 2);
    const double u =
        Ease(time_us, now.start_us,
             SaccadeMicros(now.yaw - old.yaw, now.pitch - old.pitch));
    yaw = old.yaw + (now.yaw - old.yaw) * u;
    pitch = old.pitch + (now.pitch - old.pitch) * u;
  }
  for (auto it = FirstAfter(keys.glances, time_us - kMaxEventMicros);
       it != keys.glances.end() && it->start_us <= time_us; ++it) {
    const double weight = GlanceWeight(*it, time_us);
    yaw += weight * it->yaw;
    pitch += weight * it->pitch;
  }
  return {yaw * kAngleStep, pitch * kAngleStep};
}

}  // namespace longtake::worker
