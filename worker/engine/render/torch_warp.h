#pragma once
// Stage 1 of a batch: where in the resting portrait does each pixel come from?
// Internal to render. Not thread-safe; LibTorch's exceptions pass through.

#include <memory>
#include <string>
#include <vector>

#include "worker/engine/render/head_turn.h"
#include "worker/engine/render/warp_grid.h"
#include "worker/engine/rig/face_rig.h"

namespace at {
class Tensor;
}

namespace longtake::worker {

// Of n frames at once. Positions in the portrait are [.., 2, h, w], x then y,
// -1 at the first pixel's centre and 1 at the last one's.
class TorchWarp {
 public:
  // What Solve needs of a pose.
  static constexpr int kNumbers = 4 * kHandleCount + 26;

  // `box`: the part of the frame that moves. `rig` is borrowed for the call.
  TorchWarp(const FaceRig& rig, const PixelBox& box, const std::string& device);
  ~TorchWarp();

  void Fill(const FacePose& pose, float* numbers) const;
  // [n, kNumbers], as Fill wrote them: evaluates both fields and the head's
  // turn and inverts them.
  void Solve(const at::Tensor& numbers);

  // Of the poses last solved, [n, 2, box.h, box.w]: origin of each pixel of the
  // box, the lower field below the mouth line and the upper one elsewhere.
  const at::Tensor& map() const;
  // Origins of the pixels of a part of each frame near the mouth (from the
  // box's corner, all of one size), refined on a grid of half the step:
  // [2 n, 2, h, w] all frames by the upper field, then by the lower one; and
  // [n, 2, h, w] by the head's turn alone.
  at::Tensor LipMaps(const std::vector<PixelBox>& parts) const;
  at::Tensor SkullMap(const std::vector<PixelBox>& parts) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace longtake::worker
