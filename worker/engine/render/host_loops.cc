#include "worker/engine/render/host_loops.h"

#include <algorithm>
#include <cstring>
#include <vector>

namespace longtake::worker {
namespace {

// Samples that are located together: their places stay in the first cache.
constexpr int kBlock = 64;

// Four channels that lie side by side, handled as one.
using Four = float __attribute__((vector_size(16)));

// Where samples lie: offset of the upper left neighbour, and the weights of the
// right and of the lower ones.
struct Places {
  int32_t offset[kBlock];
  float right[kBlock], below[kBlock];
};

// Position on an axis of `size` samples; not a number counts as the first.
inline float OnAxis(float unit, float half) {
  const float at = (unit + 1) * half;
  const float from_first = at > 0 ? at : 0;
  return from_first < 2 * half ? from_first : 2 * half;
}

void Locate(const SampleSource& s, const float* x, const float* y, int count,
            Places* out) {
  const float half_w = static_cast<float>(s.width - 1) / 2;
  const float half_h = static_cast<float>(s.height - 1) / 2;
  const int last_x = std::max(s.width - 2, 0);
  const int last_y = std::max(s.height - 2, 0);
  const auto row = static_cast<int32_t>(s.row_stride);
  const auto column = static_cast<int32_t>(s.column_stride);
  for (int i = 0; i < count; ++i) {
    const float px = OnAxis(x[i], half_w), py = OnAxis(y[i], half_h);
    const int ix = std::min(static_cast<int>(px), last_x);
    const int iy = std::min(static_cast<int>(py), last_y);
    out->right[i] = px - static_cast<float>(ix);
    out->below[i] = py - static_cast<float>(iy);
    out->offset[i] = iy * row + ix * column;
  }
}

void SampleFour(const SampleSource& s, const Places& p, int count,
                int64_t out_channel_stride, float* out) {
  const int64_t right = s.width > 1 ? s.column_stride : 0;
  const int64_t below = s.height > 1 ? s.row_stride : 0;
  const auto load = [](const float* from) {
    Four v;
    std::memcpy(&v, from, sizeof v);
    return v;
  };
  float block[kBlock][4];
  for (int i = 0; i < count; ++i) {
    const float* at = s.data + p.offset[i];
    const Four a = load(at), b = load(at + right);
    const Four c = load(at + below), d = load(at + below + right);
    const Four top = a + (b - a) * p.right[i];
    const Four bottom = c + (d - c) * p.right[i];
    const Four value = top + (bottom - top) * p.below[i];
    std::memcpy(block[i], &value, sizeof value);
  }
  for (int c = 0; c < 4; ++c) {
    float* plane = out + c * out_channel_stride;
    for (int i = 0; i < count; ++i) plane[i] = block[i][c];
  }
}

void SamplePlanes(const SampleSource& s, const Places& p, int count,
                  int64_t out_channel_stride, float* out) {
  const int64_t right = s.width > 1 ? s.column_stride : 0;
  const int64_t below = s.height > 1 ? s.row_stride : 0;
  for (int c = 0; c < s.channels; ++c) {
    const float* from = s.data + c * s.channel_stride;
    float* plane = out + c * out_channel_stride;
    for (int i = 0; i < count; ++i) {
      const float* at = from + p.offset[i];
      const float top = at[0] + (at[right] - at[0]) * p.right[i];
      const float bottom =
          at[below] + (at[below + right] - at[below]) * p.right[i];
      plane[i] = top + (bottom - top) * p.below[i];
    }
  }
}

inline float Clamped(float v) {
  const float positive = v > 0 ? v : 0;
  return positive < 1 ? positive : 1;
}

}  // namespace

void SampleRow(const SampleSource& source, const float* x, const float* y,
               int64_t count, int64_t out_channel_stride, float* out) {
  const bool four = source.channels == 4 && source.channel_stride == 1;
  Places places;
  for (int64_t done = 0; done < count; done += kBlock) {
    const int n = static_cast<int>(std::min<int64_t>(kBlock, count - done));
    Locate(source, x + done, y + done, n, &places);
    (four ? SampleFour : SamplePlanes)(source, places, n, out_channel_stride,
                                       out + done);
  }
}

void UpsamplePlane(const float* nodes, int nh, int nw, int step, int h, int w,
                   float* out) {
  // One row of nodes, the last one once more, and of pixels: written four at a
  // time, where a node's surplus is overwritten by the next node.
  std::vector<float> line(static_cast<size_t>(nw) + 1);
  std::vector<float> pixels(static_cast<size_t>(nw) * step + 4);
  const float per_pixel = 1 / static_cast<float>(step);
  for (int y = 0; y < h; ++y) {
    const int j = std::min(y / step, nh - 1);
    const float below = static_cast<float>(y - j * step) * per_pixel;
    const float* upper = nodes + static_cast<size_t>(j) * nw;
    const float* lower = j + 1 < nh ? upper + nw : upper;
    for (int i = 0; i < nw; ++i) {
      line[i] = upper[i] + (lower[i] - upper[i]) * below;
    }
    line[nw] = line[nw - 1];
    for (int i = 0; i < nw; ++i) {
      const float slope = (line[i + 1] - line[i]) * per_pixel;
      float* to = pixels.data() + static_cast<size_t>(i) * step;
      for (int k = 0; k < step; k += 4) {
        const Four at{0.f, 1.f, 2.f, 3.f};
        const Four value = line[i] + slope * (at + static_cast<float>(k));
        std::memcpy(to + k, &value, sizeof value);
      }
    }
    std::copy_n(pixels.data(), w, out + static_cast<size_t>(y) * w);
  }
}

void AffineLoop(const float* in, int64_t count, float scale, float offset,
                float* out) {
  for (int64_t i = 0; i < count; ++i) out[i] = in[i] * scale + offset;
}

void RampLoop(const float* in, int64_t count, float scale, float offset,
              float* out) {
  for (int64_t i = 0; i < count; ++i) {
    out[i] = Clamped(in[i] * scale + offset);
  }
}

void SmoothRampLoop(const float* in, int64_t count, float scale, float offset,
                    float gain, float base, float* out) {
  for (int64_t i = 0; i < count; ++i) {
    const float t = Clamped(in[i] * scale + offset);
    out[i] = t * t * (3 - 2 * t) * gain + base;
  }
}

void StorePixels(const float* planes, int64_t plane_stride, int64_t count,
                 uint8_t* out) {
  const auto level = [](float v) {
    const float rounded = v + 0.5f;
    const float positive = rounded > 0 ? rounded : 0;
    return static_cast<int32_t>(positive < 255 ? positive : 255);
  };
  int32_t packed[kBlock];
  for (int64_t done = 0; done < count; done += kBlock) {
    const int n = static_cast<int>(std::min<int64_t>(kBlock, count - done));
    const float* red = planes + done;
    const float* green = red + plane_stride;
    const float* blue = green + plane_stride;
    for (int i = 0; i < n; ++i) {
      packed[i] = level(red[i]) | level(green[i]) << 8 | level(blue[i]) << 16;
    }
    for (int i = 0; i < n; ++i, out += 3) {
      out[0] = static_cast<uint8_t>(packed[i]);
      out[1] = static_cast<uint8_t>(packed[i] >> 8);
      out[2] = static_cast<uint8_t>(packed[i] >> 16);
    }
  }
}

}  // namespace longtake::worker
