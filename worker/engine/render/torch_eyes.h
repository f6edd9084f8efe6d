#pragma once
// Lids and gaze of a batch of frames, drawn over the warped head. Internal to
// render. One thread only; LibTorch's exceptions pass through.

#include <memory>
#include <span>
#include <string>

#include "worker/engine/render/eye_parts.h"
#include "worker/engine/render/torch_head.h"
#include "worker/engine/render/warp_grid.h"
#include "worker/engine/rig/face_rig.h"

namespace at {
class Tensor;
}

namespace longtake::worker {

class TorchEyes {
 public:
  // What Draw needs of a pose on the device.
  static constexpr int kNumbers = EyeParts::kNumbers;

  // For batches of `frames`. `head` is borrowed for the call, `rig` for
  // life.
  TorchEyes(const FaceRig& rig, const PixelBox& box, const TorchHead& head,
            int frames, const std::string& device);
  ~TorchEyes();

  void Fill(const FacePose& pose, float* numbers) const;

  // Changes `canvas` ([n, 3, box.h, box.w], 0..255) around both eyes of the
  // `poses`, whose `numbers` are [n, kNumbers]; n = frames. `map` ([n, 2,
  // box.h, box.w]) says where in the portrait each pixel comes from, `head` is
  // set for the poses. Leaves a frame alone, exactly, whose lids and gaze are
  // as photographed.
  void Draw(std::span<const FacePose> poses, const at::Tensor& numbers,
            const at::Tensor& map, const TorchHead& head,
            at::Tensor* canvas) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace longtake::worker
