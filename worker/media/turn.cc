#include "worker/media/turn.h"

#include <cstdlib>
#include <cstring>

namespace longtake::worker {
namespace {

int Sign(int32_t v) {
  // A matrix entry is 16.16 fixed point; half a unit separates 0 from +-1.
  return v > 0x8000 ? 1 : v < -0x8000 ? -1 : 0;
}

}  // namespace

std::optional<Turn> TurnOfMatrix(std::span<const uint8_t> matrix) {
  int32_t m[9];
  if (matrix.size() < sizeof(m)) return std::nullopt;
  std::memcpy(m, matrix.data(), sizeof(m));
  const Turn t{Sign(m[0]), Sign(m[1]), Sign(m[3]), Sign(m[4])};
  if (std::abs(t.a * t.d - t.b * t.c) != 1) return std::nullopt;
  return t;
}

Image Turned(Image in, const Turn& t) {
  if (t.a == 1 && t.d == 1) return in;
  const bool swaps = t.a == 0;
  Image out(swaps ? in.height : in.width, swaps ? in.width : in.height);
  const int x_shift = t.a + t.c < 0 ? out.width - 1 : 0;
  const int y_shift = t.b + t.d < 0 ? out.height - 1 : 0;
  const uint8_t* from = in.rgb.data();
  for (int y = 0; y < in.height; ++y) {
    for (int x = 0; x < in.width; ++x, from += 3) {
      const int tx = t.a * x + t.c * y + x_shift;
      const int ty = t.b * x + t.d * y + y_shift;
      uint8_t* to = &out.rgb[(static_cast<size_t>(ty) * out.width + tx) * 3];
      to[0] = from[0];
      to[1] = from[1];
      to[2] = from[2];
    }
  }
  return out;
}

}  // namespace longtake::worker
