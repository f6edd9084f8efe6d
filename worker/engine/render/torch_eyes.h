#pragma once
// Lids and gaze, drawn over the warped head. Internal to render. One thread
// only; LibTorch's exceptions pass through.

#include <memory>
#include <string>

#include "worker/engine/render/head_turn.h"
#include "worker/engine/render/warp_grid.h"
#include "worker/engine/rig/face_rig.h"

namespace at {
class Tensor;
}

namespace longtake::worker {

class TorchEyes {
 public:
  TorchEyes(const FaceRig& rig, const PixelBox& box, const std::string& device);
  ~TorchEyes();

  // Before the first Draw: the doubled head texture, [1, 4, H, W].
  void SetHead(const at::Tensor& head);

  // Changes `canvas` ([3, box.h, box.w], 0..255) around both eyes. `map`
  // ([2, box.h, box.w]) says where in the portrait each pixel comes from,
  // `head` ([1, 4, H, W]) is the doubled head texture. Leaves the canvas alone,
  // exactly, where lids and gaze are as photographed.
  void Draw(const FacePose& pose, const at::Tensor& map, const at::Tensor& head,
            at::Tensor* canvas) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace longtake::worker
