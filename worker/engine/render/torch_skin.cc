#include "worker/engine/render/torch_skin.h"

#include <ATen/ATen.h>

#include "worker/engine/render/layer_texture.h"
#include "worker/engine/render/skin_patches.h"
#include "worker/engine/render/torch_ops.h"

namespace longtake::worker {

using at::Tensor;

struct TorchSkin::State {
  Tensor part;             // [1, 3, h, w] of the texture
  Tensor photographed;     // the same before any pose
  Tensor relaxed, parted;  // to add at weight 1
  // Weights that `part` holds now.
  float is_relaxed = 0, is_parted = 0;
};

TorchSkin::TorchSkin(const FaceRig& rig, const Tensor& head,
                     const std::string& device)
    : state_(std::make_unique<State>()) {
  SkinPatch relaxed = RelaxedSkin(rig), parted = PartedLips(rig);
  const PixelBox& box = relaxed.box;
  // A sample of the portrait lies on every other one of the texture.
  state_->part = head.narrow(1, 0, 3)
                     .narrow(2, 2L * box.y0, 2L * box.h - 1)
                     .narrow(3, 2L * box.x0, 2L * box.w - 1);
  state_->photographed = state_->part.clone();
  const auto added = [&](SkinPatch& patch) {
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
  };
  state_->relaxed = added(relaxed);
  state_->parted = added(parted);
}

TorchSkin::~TorchSkin() = default;

void TorchSkin::Apply(const FacePose& pose) {
  State& s = *state_;
  if (pose.relaxed == s.is_relaxed && pose.parted == s.is_parted) return;
  at::add_out(s.part, s.photographed, s.relaxed, pose.relaxed);
  if (pose.parted > 0) s.part.add_(s.parted, pose.parted);
  s.is_relaxed = pose.relaxed;
  s.is_parted = pose.parted;
}

}  // namespace longtake::worker
