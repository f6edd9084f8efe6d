#pragma once
// Measures a face rig from a framed portrait. Pure and deterministic: the same
// bytes and landmarks give the same rig on one machine (OpenCV runs on one
// thread here, its random numbers from a fixed seed). Thread-safe.

#include <array>

#include "common/status/status.h"
#include "worker/engine/image.h"
#include "worker/engine/rig/face_rig.h"

namespace longtake::worker {

// `framed`: the output frame at rest, any even size, a side of at least 64. The
// fit was tuned on eyes about a sixth of the shorter side apart.
// `landmarks_px`: the 68 points of the iBUG 300-W mark-up in its pixels; points
// may lie past the border, the middle between the eyes may not.
// `source_scale`: framed pixels per pixel of the original photograph, > 0.
// InvalidArgument, with the reason, for geometry that no face has: points that
// aren't numbers, eyes closer than 10 px, an eye or a mouth without width, the
// chin above the mouth.
StatusOr<FaceRig> FitRig(const Image& framed,
                         const std::array<Vec2, 68>& landmarks_px,
                         float source_scale);

}  // namespace longtake::worker
