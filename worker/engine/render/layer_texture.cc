#include "worker/engine/render/layer_texture.h"

#include <algorithm>

namespace longtake::worker {
namespace {

// Catmull-Rom half way between b and c.
float Half(float a, float b, float c, float d) {
  return 0.5625f * (b + c) - 0.0625f * (a + d);
}

// Doubles `count` values that lie `stride` apart into out[0 .. 2 count - 2].
void DoubleLine(const float* in, int count, size_t in_stride, float* out,
                size_t out_stride) {
  const auto at = [&](int i) {
    return in[static_cast<size_t>(std::clamp(i, 0, count - 1)) * in_stride];
  };
  for (int i = 0; i < count; ++i) {
    out[static_cast<size_t>(2 * i) * out_stride] = at(i);
    if (i + 1 == count) break;
    out[static_cast<size_t>(2 * i + 1) * out_stride] =
        Half(at(i - 1), at(i), at(i + 1), at(i + 2));
  }
}

}  // namespace

LayerTexture Doubled(const Plane& plane) {
  const int w = plane.width, h = plane.height, c = plane.channels;
  LayerTexture out{c, 2 * w - 1, 2 * h - 1, {}};
  const size_t size = static_cast<size_t>(out.width) * out.height;
  out.data.resize(size * c);
  std::vector<float> wide(static_cast<size_t>(out.width) * h);
  for (int k = 0; k < c; ++k) {
    for (int y = 0; y < h; ++y) {
      DoubleLine(&plane.data[static_cast<size_t>(y) * w * c + k], w, c,
                 &wide[static_cast<size_t>(y) * out.width], 1);
    }
    for (int x = 0; x < out.width; ++x) {
      DoubleLine(&wide[x], h, out.width, &out.data[k * size + x], out.width);
    }
  }
  return out;
}

LayerTexture MakeHeadTexture(const FaceRig& rig) {
  Plane layer(rig.width, rig.height, 4);
  for (int y = 0; y < rig.height; ++y) {
    for (int x = 0; x < rig.width; ++x) {
      const float share = 1 - rig.alpha.at(x, y);
      for (int c = 0; c < 3; ++c) {
        layer.at(x, y, c) =
            rig.image.at(x, y, c) - share * rig.plate.at(x, y, c);
      }
      layer.at(x, y, 3) = share;
    }
  }
  LayerTexture out = Doubled(layer);
  const size_t size = static_cast<size_t>(out.width) * out.height;
  for (size_t i = 3 * size; i < 4 * size; ++i) {
    out.data[i] = std::clamp(out.data[i], 0.f, 1.f);
  }
  return out;
}

}  // namespace longtake::worker
