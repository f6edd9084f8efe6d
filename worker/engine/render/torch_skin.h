#pragma once
// The skin's shading follows the mouth. Internal to render. One thread only;
// LibTorch's exceptions pass through.

#include <memory>
#include <string>

#include "worker/engine/render/motion_to_handles.h"
#include "worker/engine/rig/face_rig.h"

namespace at {
class Tensor;
}

namespace longtake::worker {

class TorchSkin {
 public:
  // `head` is the doubled head texture [1, 4, H, W], as photographed; Apply
  // writes into its storage.
  TorchSkin(const FaceRig& rig, const at::Tensor& head,
            const std::string& device);
  ~TorchSkin();

  // The texture as `pose` has it, whatever poses came before.
  void Apply(const FacePose& pose);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace longtake::worker
