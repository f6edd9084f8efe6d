#pragma once
// Lids and gaze, on the CPU: docs/drawing.md, "Eyes". No LibTorch; one thread
// only. Internal to render/host.

#include <memory>

#include "worker/engine/image.h"
#include "worker/engine/render/host/sampler.h"
#include "worker/engine/render/host/warp.h"
#include "worker/engine/rig/face_rig.h"

namespace longtake::worker::host {

class Eyes {
 public:
  // `rig` must outlive it; `box`: the part of the frame that moves. `head`: the
  // doubled head texture of the portrait at rest.
  Eyes(const FaceRig& rig, const PixelBox& box, const Texture& head);
  ~Eyes();

  // Redraws both eyes in `out`, where everything else is drawn. `warp` is
  // solved for `pose`; `head` as above, with this pose's shading.
  void Draw(const FacePose& pose, const Warp& warp, const Texture& head,
            Image* out);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace longtake::worker::host
