#include "worker/engine/render/torch_skin.h"

#include <ATen/ATen.h>

#include "worker/engine/render/layer_texture.h"
#include "worker/engine/render/skin_patches.h"
#include "worker/engine/render/torch_ops.h"

namespace longtake::worker {

using at::Tensor;

namespace {

// Levels to add to a part of the texture: [1, 3, h, w].
Tensor Doubled(const FaceRig& rig, SkinPatch patch, const std::string& device) {
  const PixelBox& box = patch.box;
  for (int y = 0; y < box.h; ++y) {
    for (int x = 0; x < box.w; ++x) {
      const float alpha = rig.alpha.at(box.x0 + x, box.y0 + y);
      for (int c = 0; c < 3; ++c) patch.delta.at(x, y, c) *= alpha;
    }
  }
  const LayerTexture doubled = Doubled(patch.delta);
  return FloatTensor(doubled.data.data(),
                     {1, doubled.channels, doubled.height, doubled.width},
                     device)
      .contiguous(at::MemoryFormat::ChannelsLast);
}

// A part of the texture, and what two weights add to it.
struct Part {
  Tensor texture, photographed;
  Tensor first, second;  // `second` may be undefined
  // Weights that `texture` holds now.
  float is_first = 0, is_second = 0;

  Part(const Tensor& head, const PixelBox& box)
      // A sample of the portrait lies on every other one of the texture.
      : texture(head.narrow(1, 0, 3)
                    .narrow(2, 2L * box.y0, 2L * box.h - 1)
                    .narrow(3, 2L * box.x0, 2L * box.w - 1)),
        photographed(texture.clone()) {}

  void Set(float to_first, float to_second) {
    if (to_first == is_first && to_second == is_second) return;
    at::add_out(texture, photographed, first, to_first);
    if (to_second > 0) texture.add_(second, to_second);
    is_first = to_first;
    is_second = to_second;
  }
};

}  // namespace

struct TorchSkin::State {
  Part mouth, brows;
};

TorchSkin::TorchSkin(const FaceRig& rig, const Tensor& head,
                     const std::string& device) {
  const SkinPatch relaxed = RelaxedSkin(rig), furrows = FrownFurrows(rig);
  state_ = std::make_unique<State>(
      State{Part(head, relaxed.box), Part(head, furrows.box)});
  state_->mouth.first = Doubled(rig, relaxed, device);
  state_->mouth.second = Doubled(rig, PartedLips(rig), device);
  state_->brows.first = Doubled(rig, furrows, device);
}

TorchSkin::~TorchSkin() = default;

void TorchSkin::Apply(const FacePose& pose) {
  state_->mouth.Set(pose.relaxed, pose.parted);
  state_->brows.Set(pose.frowned, 0);
}

}  // namespace longtake::worker
