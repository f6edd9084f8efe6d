#include "worker/engine/identity/net_input.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace longtake::worker {
namespace {

// One output coordinate: the two inputs it mixes and the second one's share.
struct Tap {
  int lo = 0, hi = 0;
  double share = 0;
};

std::vector<Tap> MakeTaps(int in_size, int out_size) {
  std::vector<Tap> taps(static_cast<size_t>(out_size));
  const double scale = static_cast<double>(in_size) / out_size;
  for (int i = 0; i < out_size; ++i) {
    const double at = scale * i;
    Tap& tap = taps[static_cast<size_t>(i)];
    tap.lo = static_cast<int>(std::floor(at));
    tap.hi = std::min(in_size - 1, static_cast<int>(std::ceil(at)));
    tap.share = at - tap.lo;
  }
  return taps;
}

}  // namespace

std::vector<float> MakeNetInput(const Image& image, const PixelRect& crop,
                                int size, SquarePadding padding,
                                const std::array<float, 3>& mean_rgb) {
  const int side = std::max(crop.width, crop.height);
  // round(diff / 2) goes after the crop, the rest before it.
  const int diff = std::abs(crop.width - crop.height);
  const int before = padding == SquarePadding::kCentred ? diff / 2 : 0;
  const int left = crop.width < crop.height ? before : 0;
  const int top = crop.height < crop.width ? before : 0;

  auto sample = [&](int x, int y, int c) -> double {
    const int u = x - left, v = y - top;
    if (u < 0 || v < 0 || u >= crop.width || v >= crop.height) return 0;
    const size_t pixel =
        static_cast<size_t>(crop.y + v) * static_cast<size_t>(image.width) +
        static_cast<size_t>(crop.x + u);
    return image.rgb[pixel * 3 + static_cast<size_t>(c)];
  };

  const std::vector<Tap> taps = MakeTaps(side, size);
  const size_t plane = static_cast<size_t>(size) * static_cast<size_t>(size);
  std::vector<float> out(plane * 3);
  size_t i = 0;
  for (const Tap& ty : taps) {
    for (const Tap& tx : taps) {
      for (int c = 0; c < 3; ++c) {
        const double a = sample(tx.lo, ty.lo, c), b = sample(tx.hi, ty.lo, c);
        const double d = sample(tx.lo, ty.hi, c), e = sample(tx.hi, ty.hi, c);
        const double upper = a + (b - a) * tx.share;
        const double lower = d + (e - d) * tx.share;
        const float value =
            static_cast<float>(upper + (lower - upper) * ty.share);
        const size_t k = static_cast<size_t>(c);
        out[k * plane + i] = (value - mean_rgb[k]) / 255.f;
      }
      ++i;
    }
  }
  return out;
}

}  // namespace longtake::worker
