#pragma once
// Lips and what is seen between them, on the CPU: docs/drawing.md, "Mouth". No
// LibTorch; one thread only. Internal to render/host.

#include <memory>

#include "worker/engine/image.h"
#include "worker/engine/render/host/sampler.h"
#include "worker/engine/render/host/warp.h"
#include "worker/engine/rig/face_rig.h"

namespace longtake::worker::host {

class Mouth {
 public:
  // `rig` must outlive it; `box`: the part of the frame that moves.
  Mouth(const FaceRig& rig, const PixelBox& box);
  ~Mouth();

  // Redraws the mouth's part of `out`. `warp` is solved for `pose`; `head` is
  // the doubled head texture; `plate` the background, [height, width, 4].
  void Draw(const FacePose& pose, const Warp& warp, const Texture& head,
            const uint8_t* plate, Image* out);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace longtake::worker::host
