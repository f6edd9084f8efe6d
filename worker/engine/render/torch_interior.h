#pragma once
// What is seen between the lips, of a batch of frames. Internal to render. One
// thread only; LibTorch's exceptions pass through.

#include <memory>
#include <string>

#include "worker/engine/render/mouth_numbers.h"
#include "worker/engine/rig/face_rig.h"

namespace at {
class Tensor;
}

namespace longtake::worker {

// What a batch's mouths are drawn from: planes [n, h, w], positions in frame
// units [n, 2, h, w]. Tensors are borrowed for the call.
struct InteriorView {
  const at::Tensor& numbers;      // [n, kMouthNumbers]
  const at::Tensor& x;            // skull: along the mouth, IOD
  const at::Tensor& t;            // and across it
  const at::Tensor& under_upper;  // px below the upper lip's edge
  const at::Tensor& over_lower;   // px above the lower lip's edge
  const at::Tensor& opened;       // way of both lips against the skull, px
  const at::Tensor& skull;        // where the photographed teeth are looked up
};

class TorchInterior {
 public:
  TorchInterior(const FaceRig& rig, const std::string& device);
  ~TorchInterior();

  MouthNumbers NumbersOf(const FacePose& pose) const;
  // Colours [n, 3, h, w], 0..255.
  at::Tensor Draw(const InteriorView& view) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace longtake::worker
