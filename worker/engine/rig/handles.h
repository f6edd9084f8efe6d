#pragma once
// The control points of the warp at rest. Internal to worker/engine/rig. Pure.

#include "worker/engine/rig/face_rig.h"
#include "worker/engine/rig/head.h"
#include "worker/engine/rig/mouth_line.h"
#include "worker/engine/rig/portrait.h"

namespace longtake::worker {

RigHandles PlaceHandles(const Portrait& portrait, const MouthLine& mouth,
                        const HeadEllipse& head);

}  // namespace longtake::worker
