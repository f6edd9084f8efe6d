#include "worker/engine/render/torch_head.h"

#include <ATen/ATen.h>

#include <array>
#include <vector>

#include "worker/engine/render/layer_texture.h"
#include "worker/engine/render/skin_patches.h"
#include "worker/engine/render/torch_ops.h"

namespace longtake::worker {

using at::Tensor;

namespace {

// Levels that a patch adds to the doubled texture: [3, 2 box.h - 1,
// 2 box.w - 1] of `box`, 0 outside of the patch.
Tensor Doubled(const FaceRig& rig, SkinPatch patch, const PixelBox& box,
               const std::string& device) {
  const PixelBox& own = patch.box;
  for (int y = 0; y < own.h; ++y) {
    for (int x = 0; x < own.w; ++x) {
      const float alpha = rig.alpha.at(own.x0 + x, own.y0 + y);
      for (int c = 0; c < 3; ++c) patch.delta.at(x, y, c) *= alpha;
    }
  }
  const LayerTexture doubled = Doubled(patch.delta);
  const Tensor levels =
      FloatTensor(doubled.data.data(),
                  {doubled.channels, doubled.height, doubled.width}, device);
  const Tensor all =
      at::zeros({3, 2L * box.h - 1, 2L * box.w - 1}, levels.options());
  // A sample of the portrait lies on every other one of the texture.
  all.narrow(1, 2L * (own.y0 - box.y0), doubled.height)
      .narrow(2, 2L * (own.x0 - box.x0), doubled.width)
      .copy_(levels);
  return all;
}

}  // namespace

struct TorchHead::State {
  Tensor texture;
  Tensor relaxed, parted, furrows;  // [3, h, w] levels at weight 1
  Tensor to_skin_scale, to_skin;    // [2, 1, 1] frame to skin units
  Tensor skin;                      // [n, 3, h, w] of the frames last set
};

TorchHead::TorchHead(const FaceRig& rig, const std::string& device)
    : state_(std::make_unique<State>()) {
  State& s = *state_;
  const LayerTexture texture = MakeHeadTexture(rig);
  s.texture =
      FloatTensor(texture.data.data(),
                  {1, texture.channels, texture.height, texture.width}, device)
          // A pixel's four channels in one cache line.
          .contiguous(at::MemoryFormat::ChannelsLast);
  const SkinPatch relaxed = RelaxedSkin(rig), parted = PartedLips(rig);
  const SkinPatch furrows = FrownFurrows(rig);
  // The patches are 0 at their borders: samples past this box are too.
  const PixelBox box = Around({relaxed.box, parted.box, furrows.box});
  s.relaxed = Doubled(rig, relaxed, box, device);
  s.parted = Doubled(rig, parted, box, device);
  s.furrows = Doubled(rig, furrows, box, device);
  const auto w = static_cast<float>(box.w - 1);
  const auto h = static_cast<float>(box.h - 1);
  const auto frame_w = static_cast<float>(rig.width - 1);
  const auto frame_h = static_cast<float>(rig.height - 1);
  const std::array<float, 2> scale{frame_w / w, frame_h / h};
  const std::array<float, 2> offset{
      (frame_w - 2 * static_cast<float>(box.x0)) / w - 1,
      (frame_h - 2 * static_cast<float>(box.y0)) / h - 1};
  s.to_skin_scale = FloatTensor(scale.data(), {2, 1, 1}, device);
  s.to_skin = FloatTensor(offset.data(), {2, 1, 1}, device);
}

TorchHead::~TorchHead() = default;

const Tensor& TorchHead::texture() const { return state_->texture; }

void TorchHead::Fill(const FacePose& pose, float* numbers) {
  numbers[0] = pose.relaxed;
  numbers[1] = pose.parted;
  numbers[2] = pose.frowned;
}

void TorchHead::Set(const Tensor& numbers) {
  State& s = *state_;
  const auto weight = [&](int64_t which) {
    return numbers.select(1, which).reshape({-1, 1, 1, 1});
  };
  s.skin = (s.relaxed * weight(0))
               .addcmul_(s.parted, weight(1))
               .addcmul_(s.furrows, weight(2));
}

Tensor TorchHead::At(const Tensor& at) const {
  const State& s = *state_;
  const Tensor layers = Sample(s.texture.expand({at.size(0), -1, -1, -1}), at);
  const int64_t n = s.skin.size(0);
  for (int64_t first = 0; first < at.size(0); first += n) {
    const Tensor place =
        Affine(at.narrow(0, first, n), s.to_skin_scale, s.to_skin);
    layers.narrow(0, first, n).narrow(1, 0, 3).add_(Sample(s.skin, place));
  }
  return layers;
}

}  // namespace longtake::worker
