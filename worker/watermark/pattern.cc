#include "worker/watermark/pattern.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "common/digest/sha256.h"

namespace longtake::worker {
namespace {

constexpr int kCells = kTileCells * kTileCells;
constexpr int kMask = kTileCells - 1;
static_assert((kTileCells & kMask) == 0);
// Passes of the 1-2-1 filter that make the upper and the lower edge of the
// band.
constexpr int kNarrowPasses = 2;
constexpr int kWidePasses = 8;
constexpr int64_t kUnit = 1 << 12;  // a cell of the noise

using Plane = std::vector<int64_t>;

Plane Noise(const WatermarkKey& key, int component) {
  Plane noise;
  noise.reserve(kCells);
  const std::string secret(reinterpret_cast<const char*>(key.secret.data()),
                           key.secret.size());
  for (int block = 0; static_cast<int>(noise.size()) < kCells; ++block) {
    const std::string hex = Sha256Hex(
        fmt::format("longtake.watermark.1/{}/{}/{}", component, block, secret));
    for (const char c : hex) {
      const int nibble = c <= '9' ? c - '0' : c - 'a' + 10;
      for (int bit = 0; bit < 4; ++bit) {
        noise.push_back((nibble >> bit & 1) != 0 ? kUnit : -kUnit);
      }
    }
  }
  return noise;
}

// 1-2-1 over 4, both ways, periodic; rounds to nearest.
Plane Smooth(const Plane& in, int passes) {
  Plane out = in;
  Plane rows(kCells);
  for (int pass = 0; pass < passes; ++pass) {
    for (int i = 0; i < kCells; ++i) {
      const int row = i & ~kMask;
      rows[i] = out[row | ((i - 1) & kMask)] + 2 * out[i] +
                out[row | ((i + 1) & kMask)];
    }
    for (int i = 0; i < kCells; ++i) {
      const int up = (i - kTileCells + kCells) % kCells;
      const int down = (i + kTileCells) % kCells;
      out[i] = (rows[up] + 2 * rows[i] + rows[down] + 8) >> 4;
    }
  }
  return out;
}

int64_t SquareRoot(int64_t value) {
  int64_t root = static_cast<int64_t>(std::sqrt(static_cast<double>(value)));
  while (root * root > value) --root;
  while ((root + 1) * (root + 1) <= value) ++root;
  return root;
}

}  // namespace

CellPattern MakePattern(const WatermarkKey& key, int component) {
  const Plane noise = Noise(key, component);
  const Plane narrow = Smooth(noise, kNarrowPasses);
  const Plane wide = Smooth(noise, kWidePasses);
  Plane band(kCells);
  int64_t sum = 0;
  for (int i = 0; i < kCells; ++i) sum += band[i] = narrow[i] - wide[i];
  const int64_t mean = sum / kCells;
  int64_t squares = 0;
  for (int64_t& cell : band) {
    cell -= mean;
    squares += cell * cell;
  }
  const int64_t rms = std::max<int64_t>(1, SquareRoot(squares / kCells));
  CellPattern pattern;
  for (int i = 0; i < kCells; ++i) {
    const int64_t cell = (2 * band[i] * kPatternRms + rms) / (2 * rms);
    pattern[i] =
        static_cast<int16_t>(std::clamp<int64_t>(cell, -kMaxCell, kMaxCell));
  }
  return pattern;
}

CellPattern Shifted(const CellPattern& pattern, int dx, int dy) {
  CellPattern shifted;
  for (int row = 0; row < kTileCells; ++row) {
    const int to_row = (row + dy) & kMask;
    for (int column = 0; column < kTileCells; ++column) {
      shifted[to_row * kTileCells + ((column + dx) & kMask)] =
          pattern[row * kTileCells + column];
    }
  }
  return shifted;
}

}  // namespace longtake::worker
