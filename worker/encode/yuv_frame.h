#pragma once
// The planes that the video encoder gets; what the seam checks compare.

#include <cstddef>
#include <cstdint>
#include <vector>

namespace longtake::worker {

// 8-bit 4:2:0, BT.709 limited range, chroma sited left. Even width and height.
// Planes row-major without padding: y [height, width], u and v [height / 2,
// width / 2]. Value type; share between threads as shared_ptr<const YuvFrame>.
struct YuvFrame {
  int width = 0;
  int height = 0;
  std::vector<uint8_t> y, u, v;

  YuvFrame() = default;
  YuvFrame(int w, int h)
      : width(w),
        height(h),
        y(static_cast<size_t>(w) * h),
        u(static_cast<size_t>(w / 2) * (h / 2)),
        v(static_cast<size_t>(w / 2) * (h / 2)) {}
  friend bool operator==(const YuvFrame&, const YuvFrame&) = default;
};

}  // namespace longtake::worker
