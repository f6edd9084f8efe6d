#pragma once
// What a closing eyelid needs to know of one eye, tabulated along it. No
// LibTorch; computed once a rig.

#include <vector>

#include "worker/engine/rig/face_rig.h"

namespace longtake::worker {

// Samples of a curve over [centre - kEyeReach, centre + kEyeReach].
inline constexpr int kEyeCurveSamples = 193;
inline constexpr float kEyeReach = 0.64f;  // IOD

struct EyeCurves {
  std::vector<float> upper;   // [kEyeCurveSamples] y of the upper lash edge
  std::vector<float> lower;   // [kEyeCurveSamples] y of the lower lid
  std::vector<float> travel;  // [kEyeCurveSamples] way of the upper lid to the
                              // closed line, >= 0
  float opening = 0;          // mean opening, IOD: scales the lower lid's way
};

EyeCurves MakeEyeCurves(const RigEye& eye);

}  // namespace longtake::worker
