#pragma once
// When the watermark changes its sign: a function of the absolute frame index,
// so that segments and re-renders agree.
//
// The whole pattern is added for kHoldFrames frames and subtracted for the next
// kHoldFrames. What stands still in a film cancels where frames of both signs
// are compared, the pattern does not; and a pattern that holds still costs an
// encoder little.

#include "common/media_time/media_time.h"

namespace longtake::worker {

inline constexpr int kHoldFrames = 192;
inline constexpr int kCycleFrames = 2 * kHoldFrames;

// +1 or -1. `frame` may be any, also negative.
inline constexpr int SignAt(FrameIndex frame) {
  const FrameIndex at = (frame % kCycleFrames + kCycleFrames) % kCycleFrames;
  return at < kHoldFrames ? 1 : -1;
}

}  // namespace longtake::worker
