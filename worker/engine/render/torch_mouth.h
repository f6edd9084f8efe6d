#pragma once
// Lips and what is seen between them, of a batch of frames. Internal to render.
// One thread only; LibTorch's exceptions pass through.

#include <memory>
#include <span>
#include <string>

#include "worker/engine/render/mouth_numbers.h"
#include "worker/engine/render/torch_head.h"
#include "worker/engine/render/torch_warp.h"
#include "worker/engine/rig/face_rig.h"

namespace at {
class Tensor;
}

namespace longtake::worker {

class TorchMouth {
 public:
  // What Draw needs of a pose on the device.
  static constexpr int kNumbers = kMouthNumbers + 4;

  // `rig` is borrowed for the call.
  TorchMouth(const FaceRig& rig, const PixelBox& box,
             const std::string& device);
  ~TorchMouth();

  void Fill(const FacePose& pose, float* numbers) const;

  // Redraws the mouth's part of `canvas` ([n, 3, box.h, box.w], 0..255, already
  // over the background). `warp` is solved and `head` is set for `poses`, whose
  // `numbers` are [n, kNumbers]; `plate` is the background [3, box.h, box.w].
  void Draw(std::span<const FacePose> poses, const at::Tensor& numbers,
            const TorchWarp& warp, const TorchHead& head,
            const at::Tensor& plate, at::Tensor* canvas) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace longtake::worker
