#include "worker/encode/yuv_converter.h"

#include <fmt/format.h>

#include <algorithm>

namespace longtake::worker {
namespace {

// Scaled by 2^16: luma by 219/255, chroma by 224/255 over 2 (1 - Kb) and
// 2 (1 - Kr). Each chroma row sums to 0, luma's to 219/255, exactly, so greys
// stay grey.
constexpr int kShift = 16;
constexpr int kYr = 11966, kYg = 40254, kYb = 4064;
constexpr int kUr = -6596, kUg = -22189, kUb = 28785;
constexpr int kVr = 28785, kVg = -26145, kVb = -2640;
static_assert(kYr + kYg + kYb == (219 * 65536 + 127) / 255);
static_assert(kUr + kUg + kUb == 0 && kVr + kVg + kVb == 0);

uint8_t Luma(const uint8_t* p) {
  return static_cast<uint8_t>((kYr * p[0] + kYg * p[1] + kYb * p[2] +
                               (16 << kShift) + (1 << (kShift - 1))) >>
                              kShift);
}

// r, g, b are sums over eight weights.
uint8_t Chroma(int kr, int kg, int kb, int r, int g, int b) {
  constexpr int kSumShift = kShift + 3;
  return static_cast<uint8_t>((kr * r + kg * g + kb * b + (128 << kSumShift) +
                               (1 << (kSumShift - 1))) >>
                              kSumShift);
}

void ConvertChromaRow(const uint8_t* top, const uint8_t* bottom, int width,
                      uint8_t* u, uint8_t* v) {
  for (int x = 0; x < width; x += 2) {
    const int left = 3 * std::max(x - 1, 0);
    const int mid = 3 * x;
    const int right = mid + 3;
    int sum[3];
    for (int c = 0; c < 3; ++c) {
      sum[c] = top[left + c] + bottom[left + c] +
               2 * (top[mid + c] + bottom[mid + c]) + top[right + c] +
               bottom[right + c];
    }
    *u++ = Chroma(kUr, kUg, kUb, sum[0], sum[1], sum[2]);
    *v++ = Chroma(kVr, kVg, kVb, sum[0], sum[1], sum[2]);
  }
}

}  // namespace

Status ConvertToYuv420(const Image& image, YuvFrame* out) {
  const int w = image.width, h = image.height;
  if (w <= 0 || h <= 0 || w % 2 != 0 || h % 2 != 0 ||
      image.rgb.size() != static_cast<size_t>(w) * h * 3) {
    return InvalidArgument(fmt::format(
        "a frame of {}x{} pixels with {} bytes can't be encoded: sides must "
        "be even",
        w, h, image.rgb.size()));
  }
  if (out->width != w || out->height != h) *out = YuvFrame(w, h);
  const size_t stride = static_cast<size_t>(w) * 3;
  const uint8_t* rgb = image.rgb.data();
  for (size_t i = 0; i < out->y.size(); ++i) out->y[i] = Luma(rgb + 3 * i);
  for (int row = 0; row < h / 2; ++row) {
    const uint8_t* top = rgb + stride * 2 * row;
    const size_t at = static_cast<size_t>(row) * (w / 2);
    ConvertChromaRow(top, top + stride, w, &out->u[at], &out->v[at]);
  }
  return OkStatus();
}

StatusOr<YuvFrame> ConvertToYuv420(const Image& image) {
  YuvFrame out;
  LT_RETURN_IF_ERROR(ConvertToYuv420(image, &out));
  return out;
}

}  // namespace longtake::worker
