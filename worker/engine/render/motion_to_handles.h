#pragma once
// From the 61 motion channels to what the drawer moves: displacements of the
// rig's handles, the head's angles, the eyes and the inside of the mouth.
// Pure functions, no LibTorch; formulas and constants are explained in
// docs/drawing.md ("From channels to handles").

#include <array>

#include "common/status/status.h"
#include "worker/engine/motion/motion_track.h"
#include "worker/engine/rig/face_rig.h"

namespace longtake::worker {

// First index of each group of handles that can move, in the order of
// RigHandles; the ring of still handles never moves and has no entry.
enum HandleIndex : int {
  kHandleCorner = 0,
  kHandleUpperInner = 2,
  kHandleUpperOuter = 11,
  kHandleLowerInner = 16,
  kHandleLowerOuter = 25,
  kHandleNose = 30,
  kHandleJaw = 39,
  kHandleBrow = 56,
  kHandleEye = 66,
  kHandleCheek = 78,
  kHandleForehead = 82,
  kHandleCount = 92,
};

struct EyePose {
  float blink = 0;      // 0 as photographed, 1 closed, < 0 wider
  float lower_lid = 0;  // rise of the lower lid on top of the blink's, 0..1
  float gaze_x = 0;     // iris shift to the image right, 1 = 0.060 IOD
  float gaze_y = 0;     // iris shift down, 1 = 0.035 IOD
};

struct FacePose {
  // Displacements at the handles, face units (IOD), face axes.
  std::array<Vec2, kHandleCount> handles{};
  // Radians, signs as in motion_track.h.
  float yaw = 0, pitch = 0, roll = 0;
  std::array<EyePose, 2> eyes;  // [0] = image left
  // What the inside of the mouth needs, all 0..1 but jaw_shift (IOD).
  float jaw_open = 0, pucker = 0, funnel = 0, tongue_out = 0, close = 0;
  float tuck = 0;  // the lower lip under the upper teeth
  float jaw_shift = 0;
  // How far the skin's shading leaves the photograph's (skin_patches.h), 0..1:
  // the mouth does something else than the photographed one, its lips are
  // apart, the brows are drawn together.
  float relaxed = 0, parted = 0, frowned = 0;
};

// Blendshapes are clamped to [0, 1], yaw to +-0.7, pitch to +-0.5, roll to
// +-0.7 radians. NaN and infinities are InvalidArgument, naming the channel.
// `rig` must have passed CheckRig.
StatusOr<FacePose> PoseFromMotion(const FaceRig& rig,
                                  const MotionFrame& motion);

// Linear interpolation of a curve of kMouthSamples values at s, ends clamped.
float MouthCurve(const std::vector<float>& curve, float s);

}  // namespace longtake::worker
