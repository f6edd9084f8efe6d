#pragma once
// Lids, iris and eye textures of one portrait. Internal to worker/engine/rig.
// Pure; may throw cv::Exception.

#include <array>

#include "opencv2/core.hpp"
#include "worker/engine/rig/face_rig.h"
#include "worker/engine/rig/portrait.h"

namespace longtake::worker {

struct EyeFit {
  RigEye rig;
  // Centroid of the dark between the lids, face units: where the socket's
  // hollow is, also on an eye whose iris can't be told.
  cv::Point2d dark_centre;
};

// [0] is the image-left eye (landmarks 36..41), [1] the other (42..47). Never
// fails: on closed or unreadable eyes lids follow the landmarks and
// iris_contrast is 0.
std::array<EyeFit, 2> FitEyes(const Portrait& portrait);

}  // namespace longtake::worker
