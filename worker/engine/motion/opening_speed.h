#pragma once
// A mouth opens no faster than muscles do, whatever made the motion: after a
// closure the jaw needs a tenth of a second to drop. Closing stays as quick as
// it is.
//
// Each limited value is a minimum over the unlimited ones of a fixed number of
// frames before it, not a filter that runs on: so it depends on nothing further
// back, and is the same bits wherever a computation begins.

#include <cstddef>
#include <vector>

#include "common/media_time/media_time.h"
#include "worker/engine/motion/motion_track.h"

namespace longtake::worker {

// Fastest rise of JawOpen and fall of MouthClose, full ranges a second.
inline constexpr double kJawOpeningPerSecond = 4.8;
inline constexpr double kUnsealingPerSecond = 14.0;

// How many frames before a frame can hold it back. rate > 0.
int OpeningReach(FrameRate rate);

// `strength` is the lips' (motion_controls.h): a weaker mouth goes less far in
// the same time. Limits frames[i] for i >= OpeningReach(rate), given the
// unlimited frames before it, and removes the first OpeningReach(rate) frames.
// What parts the lips follows the seal: it was scaled by 1 - MouthClose and is
// again. Fewer frames than that: none is left.
void LimitOpening(FrameRate rate, double strength,
                  std::vector<MotionFrame>* frames);

}  // namespace longtake::worker
