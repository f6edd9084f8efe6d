#pragma once
// The portrait's moving layer, with each pose's shading of the skin. Internal
// to render. One thread only; LibTorch's exceptions pass through.

#include <memory>
#include <string>

#include "worker/engine/render/motion_to_handles.h"
#include "worker/engine/rig/face_rig.h"

namespace at {
class Tensor;
}

namespace longtake::worker {

// The texture is one for all frames; what a pose adds to it (skin_patches.h) is
// a small one of its own, sampled beside it. Both are sampled linearly, so that
// the sum of samples is the sample of the sum.
class TorchHead {
 public:
  // What Set needs of a pose.
  static constexpr int kNumbers = 3;

  // `rig` is borrowed for the call.
  TorchHead(const FaceRig& rig, const std::string& device);
  ~TorchHead();

  // [1, 4, 2 height - 1, 2 width - 1], as photographed (layer_texture.h).
  const at::Tensor& texture() const;

  static void Fill(const FacePose& pose, float* numbers);
  // [n, kNumbers], as Fill wrote them: the shading of n frames.
  void Set(const at::Tensor& numbers);
  // Samples of the frames last set at [m n, 2, h, w], frame units: those of
  // all frames m times. [m n, 4, h, w].
  at::Tensor At(const at::Tensor& at) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace longtake::worker
