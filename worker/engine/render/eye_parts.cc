#include "worker/engine/render/eye_parts.h"

#include <algorithm>
#include <cmath>

#include "worker/engine/render/eye_curves.h"
#include "worker/engine/render/head_turn.h"

namespace longtake::worker {
namespace {

// Iris contrast (grey levels) under which gaze is not animated, and the level
// from which it is fully.
constexpr float kContrastFloor = 8.f, kContrastFull = 16.f;
// Part of the frame redrawn around an eye's centre, IOD.
constexpr float kAbove = 0.32f, kBelow = 0.44f;

}  // namespace

EyeParts::EyeParts(const FaceRig& rig, const PixelBox& box)
    : geometry_(rig), box_(box) {
  box_half_px_ = static_cast<float>(rig.eyes[0].x1 - rig.eyes[0].x0) / 2;
  // Nothing changes past the lids' ends, above the crease or far below; a
  // tenth of an IOD allows for roll and for what the brows carry along.
  const float aside =
      1.34f * std::max(rig.eyes[0].half_width, rig.eyes[1].half_width) + 0.10f;
  part_w_ =
      std::min(box.w, 2 * static_cast<int>(std::ceil(aside * rig.iod_px)));
  part_h_ = std::min(
      box.h, static_cast<int>(std::ceil((kAbove + kBelow) * rig.iod_px)));
  for (int k = 0; k < 2; ++k) {
    const RigEye& eye = rig.eyes[k];
    box_centre_px_[k] = {static_cast<float>(eye.x0 + eye.x1 - 1) / 2,
                         static_cast<float>(eye.y0 + eye.y1 - 1) / 2};
    centre_[k] = FacePoint(rig, box_centre_px_[k].x, box_centre_px_[k].y);
    const float on = std::clamp((eye.iris_contrast - kContrastFloor) /
                                    (kContrastFull - kContrastFloor),
                                0.f, 1.f) *
                     std::clamp((rig.colourfulness - 0.1f) / 0.2f, 0.f, 1.f);
    traits_[k] = {eye.iris, MakeEyeCurves(eye).opening, on};
  }
}

void EyeParts::Fill(const FacePose& pose, float* numbers) const {
  const FaceRig& g = geometry_;
  const EyeNumbers eyes = NumbersOf(pose, traits_);
  for (int i = 0; i < kEyeNumbers; ++i) {
    std::copy(eyes[i].begin(), eyes[i].end(), numbers + 2 * i);
  }
  // The box units leave half a pixel out.
  const float to_box_units = g.iod_px / (box_half_px_ - 0.5f);
  for (int k = 0; k < 2; ++k) {
    const float x = eyes[kGazeX][k], y = eyes[kGazeY][k];
    numbers[kShift + 2 * k] = (x * g.ex.x + y * g.ey.x) * to_box_units;
    numbers[kShift + 2 * k + 1] = (x * g.ex.y + y * g.ey.y) * to_box_units;
  }
  numbers[kMoves] = Moves(pose) ? 1 : 0;
}

bool EyeParts::Moves(const FacePose& pose) const {
  bool any = false;
  for (int k = 0; k < 2; ++k) {
    any |= pose.eyes[k].blink != 0 || pose.eyes[k].lower_lid != 0 ||
           GazeOf(pose, traits_, k) > 0;
  }
  return any;
}

std::vector<PixelBox> EyeParts::Place(std::span<const FacePose> poses,
                                      int eye) const {
  std::vector<PixelBox> parts;
  for (const FacePose& pose : poses) {
    const Vec2 shift = HeadShiftPx(geometry_, MakeHeadTurn(pose), centre_[eye]);
    const float x = box_centre_px_[eye].x + shift.x;
    const float y = box_centre_px_[eye].y + shift.y - kAbove * geometry_.iod_px;
    parts.push_back(
        {std::clamp(static_cast<int>(std::floor(x)) - part_w_ / 2 - box_.x0, 0,
                    box_.w - part_w_),
         std::clamp(static_cast<int>(std::floor(y)) - box_.y0, 0,
                    box_.h - part_h_),
         part_w_, part_h_});
  }
  return parts;
}

}  // namespace longtake::worker
