#pragma once
// What a frame's lids and gaze come down to: a few numbers for each eye. No
// LibTorch. Internal to render.

#include <array>

#include "worker/engine/render/motion_to_handles.h"
#include "worker/engine/rig/face_rig.h"

namespace longtake::worker {

// Rows of the table.
enum EyeNumber : int {
  kBlinkShare,    // of the upper lid's way to the closed line
  kLowerRise,     // of the lower lid, IOD
  kLidSmoothing,  // 0..1, how much of a smooth lid is mixed in
  kLidShadow,     // light lost under the upper lid
  kLashLine,      // light lost where the lids meet
  kGazeOn,        // 0..1, how much of the drawn iris is shown
  kIrisX,         // where the iris went, face units
  kIrisY,
  kGazeX,  // and how far, IOD
  kGazeY,
  kEyeNumbers,
};

// [kEyeNumbers][eye].
using EyeNumbers = std::array<std::array<float, 2>, kEyeNumbers>;

// What of one eye doesn't change from frame to frame.
struct EyeTraits {
  Vec2 iris;            // at rest, face units
  float opening = 0;    // IOD
  float gaze_gain = 0;  // 0 where the iris can't be told from the white
};

EyeNumbers NumbersOf(const FacePose& pose,
                     const std::array<EyeTraits, 2>& eyes);

// 0 where the iris stays as photographed.
float GazeOf(const FacePose& pose, const std::array<EyeTraits, 2>& eyes,
             int eye);

// A closed lid's colour: as light as the open eye's crease, which lies in
// shadow and among lashes and has lost of its hue there; the skin's is given
// back.
Rgb LidColour(const Rgb& skin, const Rgb& crease);

}  // namespace longtake::worker
