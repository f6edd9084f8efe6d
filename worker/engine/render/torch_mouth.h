#pragma once
// Lips and what is seen between them. Internal to render. One thread only;
// LibTorch's exceptions pass through.

#include <memory>
#include <string>

#include "worker/engine/render/head_turn.h"
#include "worker/engine/render/torch_warp.h"
#include "worker/engine/rig/face_rig.h"

namespace at {
class Tensor;
}

namespace longtake::worker {

class TorchMouth {
 public:
  TorchMouth(const FaceRig& rig, const PixelBox& box,
             const std::string& device);
  ~TorchMouth();

  // Redraws the mouth's part of `canvas` ([3, box.h, box.w], 0..255, already
  // over the background). `warp` is solved for `pose`; `head` is the doubled
  // head texture [1, 4, H, W]; `plate` the background [3, box.h, box.w].
  void Draw(const FacePose& pose, const TorchWarp& warp, const at::Tensor& head,
            const at::Tensor& plate, at::Tensor* canvas) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace longtake::worker
