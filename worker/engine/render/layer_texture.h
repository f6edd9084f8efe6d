#pragma once
// The portrait's moving layer at twice the resolution: sampling it linearly is
// close to sampling the original cubically, at a quarter of the price. No
// LibTorch; computed once a rig.

#include <vector>

#include "worker/engine/rig/face_rig.h"

namespace longtake::worker {

// Planar [channels, height, width]; pixel (x, y) of the frame lies at
// (2 x, 2 y), where the values are the frame's own, exactly.
struct LayerTexture {
  int channels = 0, width = 0, height = 0;
  std::vector<float> data;
};

// Red, green, blue (0..255) of the head, and how much of the plate is seen
// behind it (1 - alpha). Premultiplied, so that
// layer + share * plate = image:  layer = image - (1 - alpha) * plate.
LayerTexture MakeHeadTexture(const FaceRig& rig);

// Doubles any plane in the same way.
LayerTexture Doubled(const Plane& plane);

}  // namespace longtake::worker
