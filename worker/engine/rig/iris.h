#pragma once
// Finds the iris of an open eye. Internal to worker/engine/rig. Pure; may throw
// cv::Exception.

#include "opencv2/core.hpp"
#include "worker/engine/rig/eye_box.h"

namespace longtake::worker {

struct Iris {
  cv::Point2d centre;  // face units
  double radius = 0;   // face units
  // Grey levels between what surrounds it and itself, less the penalties for an
  // unusual size or place; 0 when there is no such disc.
  double contrast = 0;
};

// `lower` is the lower lid; `centre_x` the middle of the eye; `scale` the
// portrait's (portrait.h). Where no disc is seen the result sits at
// (centre_x, fallback_y).
Iris FindIris(const EyeBox& box, const LidLine& lower, double centre_x,
              double fallback_y, double scale);

}  // namespace longtake::worker
