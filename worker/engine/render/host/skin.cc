#include "worker/engine/render/host/skin.h"

#include <algorithm>

#include "worker/engine/render/layer_texture.h"

namespace longtake::worker::host {
namespace {

// What a patch adds to the texture: [2 h - 1, 2 w - 1, 4].
std::vector<int16_t> Texels(const FaceRig& rig, SkinPatch patch) {
  const PixelBox& box = patch.box;
  for (int y = 0; y < box.h; ++y) {
    for (int x = 0; x < box.w; ++x) {
      const float alpha = rig.alpha.at(box.x0 + x, box.y0 + y);
      for (int c = 0; c < 3; ++c) patch.delta.at(x, y, c) *= alpha;
    }
  }
  const LayerTexture doubled = Doubled(patch.delta);
  const size_t size = static_cast<size_t>(doubled.width) * doubled.height;
  std::vector<int16_t> out(4 * size);
  for (int c = 0; c < 3; ++c) {
    for (size_t i = 0; i < size; ++i) {
      out[4 * i + c] = ToTexel(doubled.data[c * size + i]);
    }
  }
  return out;
}

}  // namespace

// A sample of the portrait lies on every other one of the texture.
Skin::Part::Part(const FaceRig& rig, const Texture& head,
                 const SkinPatch& to_first, const SkinPatch* to_second)
    : x(2 * to_first.box.x0),
      y(2 * to_first.box.y0),
      width(2 * to_first.box.w - 1),
      height(2 * to_first.box.h - 1),
      first(Texels(rig, to_first)) {
  if (to_second != nullptr) second = Texels(rig, *to_second);
  for (int row = 0; row < height; ++row) {
    const int16_t* from = head.at(x, y + row);
    photographed.insert(photographed.end(), from, from + 4 * width);
  }
}

void Skin::Part::Set(float to_first, float to_second, Texture* head) {
  if (to_first == is_first && to_second == is_second) return;
  const bool both = to_second > 0 && !second.empty();
  for (int row = 0; row < height; ++row) {
    const size_t at = static_cast<size_t>(row) * width * 4;
    AddWeighted(&photographed[at], &first[at], to_first,
                both ? &second[at] : nullptr, to_second, 4 * width,
                head->at(x, y + row));
  }
  is_first = to_first;
  is_second = to_second;
}

Skin::Skin(const FaceRig& rig, const Texture& head)
    : mouth_([&] {
        const SkinPatch parted = PartedLips(rig);
        return Part(rig, head, RelaxedSkin(rig), &parted);
      }()),
      brows_(rig, head, FrownFurrows(rig), nullptr) {}

void Skin::Apply(const FacePose& pose, Texture* head) {
  mouth_.Set(pose.relaxed, pose.parted, head);
  brows_.Set(pose.frowned, 0, head);
}

}  // namespace longtake::worker::host
