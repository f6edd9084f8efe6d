#pragma once
// Whether a rig can be drawn at all: read before any other file of this room
// indexes into it.

#include "common/status/status.h"
#include "worker/engine/rig/face_rig.h"

namespace longtake::worker {

// InvalidArgument, naming the field, where sizes of planes, curves or handles
// do not fit together or a scale is not positive.
Status CheckRig(const FaceRig& rig);

}  // namespace longtake::worker
