#include "worker/encode/yuv_converter.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "worker/encode/yuv_converter.cc"
#include "common/simd/targets.h"

HWY_BEFORE_NAMESPACE();
namespace longtake::worker {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// Luma by 219/255, scaled by 2^15; chroma by 224/255 over 2 (1 - Kb) and
// 2 (1 - Kr), scaled by 2^16. Each chroma row sums to 0, luma's to 219/255,
// exactly, so greys stay grey.
constexpr int kLumaShift = 15, kChromaShift = 16;
constexpr int kYr = 5983, kYg = 20127, kYb = 2032;
constexpr int kUr = -6596, kUg = -22189, kUb = 28785;
constexpr int kVr = 28785, kVg = -26145, kVb = -2640;
static_assert(kYr + kYg + kYb == (219 * 32768 + 127) / 255);
static_assert(kUr + kUg + kUb == 0 && kVr + kVg + kVb == 0);

// Colours of two rows one after the other, each [2, width].
struct TwoRows {
  uint8_t *red, *green, *blue;
};

void Deinterleave(const uint8_t* rgb, int count, const TwoRows& out) {
  const hn::ScalableTag<uint8_t> d;
  const int lanes = static_cast<int>(hn::Lanes(d));
  int i = 0;
  for (; i + lanes <= count; i += lanes) {
    auto r = hn::Zero(d), g = hn::Zero(d), b = hn::Zero(d);
    hn::LoadInterleaved3(d, rgb + 3 * i, r, g, b);
    hn::StoreU(r, d, out.red + i);
    hn::StoreU(g, d, out.green + i);
    hn::StoreU(b, d, out.blue + i);
  }
  for (; i < count; ++i) {
    out.red[i] = rgb[3 * i];
    out.green[i] = rgb[3 * i + 1];
    out.blue[i] = rgb[3 * i + 2];
  }
}

void Luma(const TwoRows& from, int count, uint8_t* out) {
  constexpr int kOffset = (16 << kLumaShift) + (1 << (kLumaShift - 1));
  const uint8_t *r = from.red, *g = from.green, *b = from.blue;
  for (int i = 0; i < count; ++i) {
    out[i] = static_cast<uint8_t>(
        (kYr * r[i] + kYg * g[i] + kYb * b[i] + kOffset) >> kLumaShift);
  }
}

// Sums of both rows; sum[-1] repeats the first, `count` is even.
void AddRows(const uint8_t* rows, int count, uint16_t* sum) {
  for (int i = 0; i < count; ++i) {
    sum[i] = static_cast<uint16_t>(rows[i] + rows[count + i]);
  }
  sum[-1] = sum[0];
}

// The colour differences of count / 2 places from sums over both rows.
void Chroma(const uint16_t* red, const uint16_t* green, const uint16_t* blue,
            int count, uint8_t* u, uint8_t* v) {
  // Eight weights: 1-2-1 across, two rows.
  constexpr int kShift = kChromaShift + 3;
  constexpr int kOffset = (128 << kShift) + (1 << (kShift - 1));
  for (int i = 0; i < count / 2; ++i) {
    const int x = 2 * i;
    const int r = red[x - 1] + 2 * red[x] + red[x + 1];
    const int g = green[x - 1] + 2 * green[x] + green[x + 1];
    const int b = blue[x - 1] + 2 * blue[x] + blue[x + 1];
    u[i] =
        static_cast<uint8_t>((kUr * r + kUg * g + kUb * b + kOffset) >> kShift);
    v[i] =
        static_cast<uint8_t>((kVr * r + kVg * g + kVb * b + kOffset) >> kShift);
  }
}

void Convert(const Image& image, YuvFrame* out) {
  const int w = image.width, h = image.height;
  const auto width = static_cast<size_t>(w);
  std::vector<uint8_t> colours(6 * width);
  const TwoRows rows{&colours[0], &colours[2 * width], &colours[4 * width]};
  std::vector<uint16_t> sums(3 * (width + 1));
  uint16_t* red = &sums[1];
  uint16_t* green = red + width + 1;
  uint16_t* blue = green + width + 1;
  for (int y = 0; y < h; y += 2) {
    const size_t at = static_cast<size_t>(y) * width;
    Deinterleave(&image.rgb[3 * at], 2 * w, rows);
    Luma(rows, 2 * w, &out->y[at]);
    AddRows(rows.red, w, red);
    AddRows(rows.green, w, green);
    AddRows(rows.blue, w, blue);
    Chroma(red, green, blue, w, &out->u[at / 4], &out->v[at / 4]);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace longtake::worker
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace longtake::worker {

HWY_EXPORT(Convert);

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
  HWY_DYNAMIC_DISPATCH(Convert)(image, out);
  return OkStatus();
}

StatusOr<YuvFrame> ConvertToYuv420(const Image& image) {
  YuvFrame out;
  LT_RETURN_IF_ERROR(ConvertToYuv420(image, &out));
  return out;
}

}  // namespace longtake::worker
#endif
