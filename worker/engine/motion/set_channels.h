#pragma once
// Writing channels of a frame from doubles.

#include "worker/engine/motion/motion_track.h"

namespace longtake::worker {

inline void Set(MotionChannel channel, double value, MotionFrame* frame) {
  (*frame)[channel] = static_cast<float>(value);
}
inline void SetBoth(MotionChannel left, MotionChannel right, double value,
                    MotionFrame* frame) {
  Set(left, value, frame);
  Set(right, value, frame);
}

}  // namespace longtake::worker
