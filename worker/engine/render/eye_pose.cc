#include "worker/engine/render/eye_pose.h"

#include <algorithm>
#include <cmath>

#include "worker/engine/render/smooth_step.h"

namespace longtake::worker {
namespace {

// Radius of the eyeball over the largest iris shifts, IOD: turns an angle into
// gaze units.
constexpr float kEyeballRadius = 0.19f;
constexpr float kGazeX = 0.060f;
constexpr float kGazeY = 0.035f;

}  // namespace

EyePose MakeEyePose(const MotionFrame& m, int side) {
  const auto pick = [&](MotionChannel left, MotionChannel right) {
    return m[side == 0 ? right : left];
  };
  EyePose eye;
  const float in = pick(kEyeLookInLeft, kEyeLookInRight);
  const float out = pick(kEyeLookOutLeft, kEyeLookOutRight);
  const float up = pick(kEyeLookUpLeft, kEyeLookUpRight);
  const float down = pick(kEyeLookDownLeft, kEyeLookDownRight);
  const float yaw = pick(kLeftEyeYaw, kRightEyeYaw);
  const float pitch = pick(kLeftEyePitch, kRightEyePitch);
  // Angles win; within a degree of straight ahead they hand over to the
  // blendshapes without a jump.
  const float w = SmoothStep(0, 0.02f, std::hypot(yaw, pitch));
  const float shape_x = side == 0 ? in - out : out - in;
  const float angle_x = kEyeballRadius / kGazeX * std::sin(yaw);
  const float angle_y = kEyeballRadius / kGazeY * std::sin(pitch);
  eye.gaze_x = std::clamp(shape_x * (1 - w) + angle_x * w, -1.3f, 1.3f);
  eye.gaze_y = std::clamp((down - up) * (1 - w) + angle_y * w, -1.3f, 1.3f);
  const float squint = pick(kEyeSquintLeft, kEyeSquintRight);
  const float wide = pick(kEyeWideLeft, kEyeWideRight);
  const float blink = pick(kEyeBlinkLeft, kEyeBlinkRight);
  // The upper lid follows the gaze up and down.
  const float follow = eye.gaze_y > 0 ? 0.28f * eye.gaze_y : 0.14f * eye.gaze_y;
  eye.blink =
      std::clamp(blink + (1 - blink) * (follow + 0.14f * squint - 0.22f * wide),
                 -0.3f, 1.f);
  eye.lower_lid = 0.55f * squint * (1 - 0.6f * blink);
  return eye;
}

}  // namespace longtake::worker
