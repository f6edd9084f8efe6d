#pragma once
// The head's rigid motion: rotation about a point inside the neck, seen in weak
// perspective. One set of scalars a frame, shared by everything that follows
// the head.

#include "worker/engine/render/motion_to_handles.h"
#include "worker/engine/rig/face_rig.h"

namespace longtake::worker {

// Distance of the camera and height of the pivot below the chin, IOD.
inline constexpr float kCameraDistance = 9.0f;
inline constexpr float kPivotBelowChin = 0.10f;

struct HeadTurn {
  float cos_yaw = 1, sin_yaw = 0;
  float cos_pitch = 1, sin_pitch = 0;  // of the upward angle, -FacePose::pitch
  float cos_roll = 1, sin_roll = 0;
};

HeadTurn MakeHeadTurn(const FacePose& pose);

// Where the head's motion carries a point of the resting portrait, in pixels
// relative to where it was. `at` in face units.
Vec2 HeadShiftPx(const FaceRig& rig, const HeadTurn& turn, Vec2 at);

// Pixel of a point in face units.
Vec2 PixelPoint(const FaceRig& rig, Vec2 face);

}  // namespace longtake::worker
