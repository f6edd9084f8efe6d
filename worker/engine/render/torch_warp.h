#pragma once
// Stage 1 of a frame: where in the resting portrait does each pixel come from?
// Internal to render. Not thread-safe; LibTorch's exceptions pass through.

#include <memory>
#include <string>

#include "worker/engine/render/head_turn.h"
#include "worker/engine/render/warp_grid.h"
#include "worker/engine/rig/face_rig.h"

namespace at {
class Tensor;
}

namespace longtake::worker {

// Positions in the portrait are [2, h, w], x then y, -1 at the first pixel's
// centre and 1 at the last one's.
class TorchWarp {
 public:
  // `box`: the part of the frame that moves. `rig` is borrowed for the call.
  TorchWarp(const FaceRig& rig, const PixelBox& box, const std::string& device);
  ~TorchWarp();

  // Evaluates both fields and the head's turn for a pose and inverts them.
  void Solve(const FacePose& pose);

  // Of the pose last solved: origin of each pixel of the box, the lower field
  // below the mouth line and the upper one elsewhere.
  const at::Tensor& map() const;
  // How far anything moves, the masks taken out of it: as MovingBands counts,
  // IOD.
  float longest_move() const;
  // Origins of the pixels of a part of the box near the mouth, refined on a
  // grid of half the step: [2, 2, h, w] by the upper and by the lower field,
  // and [2, h, w] by the head's turn alone.
  at::Tensor LipMaps(const PixelBox& part) const;
  at::Tensor SkullMap(const PixelBox& part) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace longtake::worker
