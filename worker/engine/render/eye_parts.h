#pragma once
// Where a frame's eyes are drawn, and what they are drawn from: decided from
// the pose alone, before anything is on a device. No LibTorch. Internal to
// render.

#include <array>
#include <span>
#include <vector>

#include "worker/engine/render/eye_numbers.h"
#include "worker/engine/render/warp_grid.h"
#include "worker/engine/rig/face_rig.h"

namespace longtake::worker {

// Immutable: thread-safe.
class EyeParts {
 public:
  // Columns of a frame's row: two for each EyeNumber, image left first; where
  // the iris went, x and y of either eye, in units of the eye's box; and 0
  // where lids and gaze are as photographed, else 1.
  static constexpr int kShift = 2 * kEyeNumbers;
  static constexpr int kMoves = kShift + 4;
  static constexpr int kNumbers = kMoves + 1;

  // `box`: the part of the frame that moves. `rig` must outlive it.
  EyeParts(const FaceRig& rig, const PixelBox& box);

  void Fill(const FacePose& pose, float* numbers) const;
  bool Moves(const FacePose& pose) const;
  // The part of each frame that is drawn around an eye, all of one size, from
  // the box's corner.
  std::vector<PixelBox> Place(std::span<const FacePose> poses, int eye) const;

  int part_w() const { return part_w_; }
  const std::array<EyeTraits, 2>& traits() const { return traits_; }

  // The middle of an eye's box in the portrait and half its side, pixels.
  Vec2 box_centre_px(int eye) const { return box_centre_px_[eye]; }
  float box_half_px() const { return box_half_px_; }

 private:
  const FaceRig& geometry_;
  PixelBox box_;
  int part_w_ = 0, part_h_ = 0;
  std::array<Vec2, 2> centre_;  // face units
  std::array<Vec2, 2> box_centre_px_;
  std::array<EyeTraits, 2> traits_;
  float box_half_px_ = 0;
};

}  // namespace longtake::worker
