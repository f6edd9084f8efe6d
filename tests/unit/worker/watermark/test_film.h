#pragma once
// A film of the tests' own: a portrait of sorts before a flat ground, with
// texture, that nods a little.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

namespace longtake::worker {

struct Luma {
  int width = 0, height = 0;
  std::vector<uint8_t> pixels;  // [height][width]
};

inline Luma TestPicture(int width, int height, int64_t frame,
                        uint32_t seed = 1) {
  Luma luma{width, height,
            std::vector<uint8_t>(static_cast<size_t>(width) * height)};
  std::mt19937 chance(seed);
  std::vector<int> grain(luma.pixels.size());
  for (int& g : grain) g = static_cast<int>(chance() % 3) - 1;
  const double nod = 4 * std::sin(static_cast<double>(frame) * 0.07);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const double dx = (x - width * 0.5) / (width * 0.25);
      const double dy = (y - height * 0.5 - nod) / (height * 0.35);
      const bool inside = dx * dx + dy * dy < 1;
      double level = 90 + 30.0 * y / height;
      if (inside) {
        level = 150 + 20 * std::cos(9 * dx) * std::cos(7 * dy) +
                12 * std::sin(0.9 * (x + y));
      }
      const size_t at = static_cast<size_t>(y) * width + x;
      luma.pixels[at] = static_cast<uint8_t>(
          std::clamp(static_cast<int>(level) + grain[at], 16, 235));
    }
  }
  return luma;
}

inline double MeanSquare(const Luma& a, const Luma& b) {
  double sum = 0;
  for (size_t i = 0; i < a.pixels.size(); ++i) {
    const double d = double{1} * a.pixels[i] - b.pixels[i];
    sum += d * d;
  }
  return sum / static_cast<double>(a.pixels.size());
}

// Bilinear, of the part that begins at (left, top).
inline Luma Scaled(const Luma& in, double left, double top, double part_width,
                   double part_height, int width, int height) {
  Luma out{width, height,
           std::vector<uint8_t>(static_cast<size_t>(width) * height)};
  const auto at = [&in](int x, int y) {
    return double{1} *
           in.pixels[static_cast<size_t>(std::clamp(y, 0, in.height - 1)) *
                         in.width +
                     std::clamp(x, 0, in.width - 1)];
  };
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const double sx = left + (x + 0.5) * part_width / width - 0.5;
      const double sy = top + (y + 0.5) * part_height / height - 0.5;
      const int ix = static_cast<int>(std::floor(sx));
      const int iy = static_cast<int>(std::floor(sy));
      const double fx = sx - ix, fy = sy - iy;
      const double value =
          (at(ix, iy) * (1 - fx) + at(ix + 1, iy) * fx) * (1 - fy) +
          (at(ix, iy + 1) * (1 - fx) + at(ix + 1, iy + 1) * fx) * fy;
      out.pixels[static_cast<size_t>(y) * width + x] =
          static_cast<uint8_t>(std::lround(value));
    }
  }
  return out;
}

}  // namespace longtake::worker
