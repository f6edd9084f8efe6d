#pragma once
// Linear samples of a texture in whole numbers, and what becomes of them in the
// frame. No LibTorch. The same bits on every processor: vector instructions are
// chosen at run time, arithmetic is of integers. Any number of threads may call
// at once. Internal to render/host.

#include <cstddef>
#include <cstdint>
#include <vector>

namespace longtake::worker::host {

// A texel's colours, in parts of a level, and what a share of 1 counts.
inline constexpr int kPerLevel = 64;
inline constexpr int kWhole = 32767;

// Red, green, blue and share of what lies behind, [height, width, 4].
struct Texture {
  int width = 0, height = 0;  // at least 2 each
  std::vector<int16_t> texels;

  Texture() = default;
  Texture(int w, int h)
      : width(w), height(h), texels(static_cast<size_t>(w) * h * 4) {}
  const int16_t* at(int x, int y) const {
    return texels.data() + (static_cast<int64_t>(y) * width + x) * 4;
  }
  int16_t* at(int x, int y) {
    return texels.data() + (static_cast<int64_t>(y) * width + x) * 4;
  }
};

// `value` in parts of a level, kept where the difference of any two still fits
// 16 bits.
int16_t ToTexel(float level);
// 0..1 to a share.
int16_t ToShare(float share);

// out[count, 4] = samples at [count, 2] places, x then y in texels; borders
// replicated.
void SampleTexture(const Texture& texture, const float* at, int count,
                   int16_t* out);

// Layers [count, 4] over what lies behind them, `plate` [count, 4] levels of
// red, green, blue and anything, not read where nothing of it shows: rounded to
// bytes, rgb [count, 3].
void PutOverPlate(const int16_t* layer, const uint8_t* plate, int count,
                  uint8_t* rgb);

// out[i] = base[i] + first[i] * is_first + second[i] * is_second, weights
// 0..1; `second` may be null.
void AddWeighted(const int16_t* base, const int16_t* first, float is_first,
                 const int16_t* second, float is_second, int count,
                 int16_t* out);

}  // namespace longtake::worker::host
