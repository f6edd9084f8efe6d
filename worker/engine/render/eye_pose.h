#pragma once
// Lids and gaze of one eye from the motion channels. Pure, no LibTorch.

#include "worker/engine/motion/motion_track.h"
#include "worker/engine/render/motion_to_handles.h"

namespace longtake::worker {

// `motion` is clamped as PoseFromMotion does; side 0 is the image's left eye,
// the subject's right.
EyePose MakeEyePose(const MotionFrame& motion, int side);

}  // namespace longtake::worker
