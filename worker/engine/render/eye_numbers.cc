#include "worker/engine/render/eye_numbers.h"

#include <algorithm>
#include <cmath>

#include "worker/engine/render/smooth_step.h"

namespace longtake::worker {
namespace {

constexpr float kLowerShare = 0.28f;  // of the opening, covered from below
// Way of the iris a unit of gaze, IOD.
constexpr float kGazeAside = 0.060f, kGazeUp = 0.035f;

// Share of the skin's hue in a closed lid's.
constexpr float kLidSkin = 0.6f;
constexpr float kDarkestLid = 4;  // level: a drawn line may be black

float Luma(const Rgb& c) {
  return 0.299f * c[0] + 0.587f * c[1] + 0.114f * c[2];
}

}  // namespace

float GazeOf(const FacePose& pose, const std::array<EyeTraits, 2>& eyes,
             int eye) {
  return eyes[eye].gaze_gain *
         std::hypot(pose.eyes[eye].gaze_x, pose.eyes[eye].gaze_y);
}

EyeNumbers NumbersOf(const FacePose& pose,
                     const std::array<EyeTraits, 2>& eyes) {
  EyeNumbers out{};
  for (int k = 0; k < 2; ++k) {
    const auto& eye = pose.eyes[k];
    const float closing = std::max(eye.blink, 0.f);
    const float x = kGazeAside * eye.gaze_x, y = kGazeUp * eye.gaze_y;
    out[kBlinkShare][k] = eye.blink;
    out[kLowerRise][k] =
        eyes[k].opening * (kLowerShare * eye.blink + 0.5f * eye.lower_lid);
    out[kLidSmoothing][k] = SmoothStep(0, 0.35f, closing);
    out[kLidShadow][k] = 0.30f * closing;
    out[kLashLine][k] = 0.38f * SmoothStep(0.3f, 1, closing);
    out[kGazeOn][k] =
        SmoothStep(0, 0.2f, GazeOf(pose, eyes, k)) * eyes[k].gaze_gain;
    out[kIrisX][k] = eyes[k].iris.x + x;
    out[kIrisY][k] = eyes[k].iris.y + y;
    out[kGazeX][k] = x;
    out[kGazeY][k] = y;
  }
  return out;
}

Rgb LidColour(const Rgb& skin, const Rgb& crease) {
  const float light = Luma(crease) / std::max(1.f, Luma(skin));
  Rgb lid{};
  for (int i = 0; i < 3; ++i) {
    lid[i] = std::max(kDarkestLid,
                      crease[i] + kLidSkin * (light * skin[i] - crease[i]));
  }
  return lid;
}

}  // namespace longtake::worker
