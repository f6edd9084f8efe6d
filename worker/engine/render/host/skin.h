#pragma once
// The head texture's shading of a pose, on the CPU: docs/drawing.md, "Layers".
// No LibTorch; one thread only. Internal to render/host.

#include <vector>

#include "worker/engine/render/host/sampler.h"
#include "worker/engine/render/motion_to_handles.h"
#include "worker/engine/render/skin_patches.h"

namespace longtake::worker::host {

class Skin {
 public:
  // `head`: the doubled head texture at rest.
  Skin(const FaceRig& rig, const Texture& head);
  // Writes the pose's shading into `head`, which holds what an earlier call or
  // nothing wrote.
  void Apply(const FacePose& pose, Texture* head);

 private:
  // A part of the texture, and what two weights add to it.
  struct Part {
    int x = 0, y = 0, width = 0, height = 0;           // texels
    std::vector<int16_t> photographed, first, second;  // [height, width, 4]
    // Weights that the texture holds now.
    float is_first = 0, is_second = 0;

    Part(const FaceRig& rig, const Texture& head, const SkinPatch& to_first,
         const SkinPatch* to_second);
    void Set(float to_first, float to_second, Texture* head);
  };

  Part mouth_, brows_;
};

}  // namespace longtake::worker::host
