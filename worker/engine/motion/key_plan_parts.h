#pragma once
// The parts of planning key motions that have nothing to do with each other.
// Private to this room.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>

#include "worker/engine/motion/key_motions.h"
#include "worker/engine/motion/motion_controls.h"

namespace longtake::worker {

inline int16_t ToAngle(double radians) {
  return static_cast<int16_t>(
      std::clamp(std::round(radians / kAngleStep), -8000.0, 8000.0));
}
inline uint8_t ToLevel(double unit) {
  return static_cast<uint8_t>(std::round(255 * std::clamp(unit, 0.0, 1.0)));
}

// At most one glance begins in a cell of this length.
inline constexpr int64_t kGlanceCellMicros = 2000000;

// Glances (none with GazeStyle::kCamera) and fixations.
void PlanGaze(uint64_t seed, GazeStyle style, int64_t end_us, KeyMotions* keys);

// Blinks, from keys->poses (activity), glances and emotions. `per_minute` while
// talking, those of glances included.
void PlanBlinks(uint64_t seed, double per_minute, int64_t end_us,
                KeyMotions* keys);

}  // namespace longtake::worker
