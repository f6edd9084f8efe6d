#pragma once
// The two picture types that cross rooms inside the worker.

#include <cstddef>
#include <cstdint>
#include <vector>

namespace longtake::worker {

// 8-bit interleaved RGB, row-major [height, width, 3], no padding, full range,
// sRGB/bt709 transfer as decoded. Value type; share frames between threads as
// shared_ptr<const Image>.
struct Image {
  int width = 0;
  int height = 0;
  std::vector<uint8_t> rgb;

  Image() = default;
  Image(int w, int h)
      : width(w), height(h), rgb(static_cast<size_t>(w) * h * 3) {}
  friend bool operator==(const Image&, const Image&) = default;
};

// Float raster [height, width, channels], row-major, channels interleaved.
// Colours are RGB in 0..255; what other planes hold is said where they stand.
struct Plane {
  int width = 0;
  int height = 0;
  int channels = 1;
  std::vector<float> data;

  Plane() = default;
  Plane(int w, int h, int c, float value = 0.f)
      : width(w),
        height(h),
        channels(c),
        data(static_cast<size_t>(w) * h * c, value) {}
  float& at(int x, int y, int c = 0) {
    return data[(static_cast<size_t>(y) * width + x) * channels + c];
  }
  float at(int x, int y, int c = 0) const {
    return data[(static_cast<size_t>(y) * width + x) * channels + c];
  }
};

}  // namespace longtake::worker
