#include "worker/engine/render/host/sampler.h"

#include <hwy/cache_control.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "worker/engine/render/host/sampler.cc"
#include "common/simd/targets.h"

HWY_BEFORE_NAMESPACE();
namespace longtake::worker::host {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// Samples that are located together: their places stay in the first cache.
constexpr int kBlock = 64;

// Texel of the upper left neighbour, and the weights of the right and of the
// lower ones, each twice in 32 bits.
struct Places {
  alignas(64) int32_t texel[kBlock];
  alignas(64) int32_t right[kBlock], below[kBlock];
};

void Locate(const Texture& t, const float* at, int count, Places* out) {
  const hn::ScalableTag<float> df;
  const hn::RebindToSigned<decltype(df)> di;
  const auto whole = hn::Set(df, static_cast<float>(kWhole));
  const auto half = hn::Set(df, 0.5f);
  const auto width = hn::Set(di, t.width);
  const auto on_axis = [&](auto place, int size, auto* weight) {
    const auto kept = hn::Min(hn::Max(place, hn::Zero(df)),
                              hn::Set(df, static_cast<float>(size - 1)));
    const auto first = hn::ConvertTo(
        di, hn::Min(kept, hn::Set(df, static_cast<float>(size - 2))));
    const auto share = hn::Sub(kept, hn::ConvertTo(df, first));
    const auto once = hn::ConvertTo(di, hn::Add(hn::Mul(share, whole), half));
    *weight = hn::Or(once, hn::ShiftLeft<16>(once));
    return first;
  };
  alignas(64) float padded[2 * kBlock] = {};
  std::copy_n(at, 2 * count, padded);
  for (size_t i = 0; i < static_cast<size_t>(count); i += hn::Lanes(df)) {
    auto x = hn::Zero(df), y = hn::Zero(df);
    hn::LoadInterleaved2(df, padded + 2 * i, x, y);
    auto right = hn::Zero(di), below = hn::Zero(di);
    const auto column = on_axis(x, t.width, &right);
    const auto row = on_axis(y, t.height, &below);
    hn::Store(hn::Add(hn::Mul(row, width), column), di, out->texel + i);
    hn::Store(right, di, out->right + i);
    hn::Store(below, di, out->below + i);
  }
}

// The four neighbours of located samples: [2 * kBlock, 4] above, then below.
struct Neighbours {
  alignas(64) int16_t above[8 * kBlock], below[8 * kBlock];
};

void Blend(const Neighbours& n, const Places& places, int count,
           int16_t* samples) {
  const hn::ScalableTag<int16_t> d;
  const hn::RepartitionToWide<decltype(d)> d32;
  const hn::RepartitionToWide<decltype(d32)> d64;
  const int lanes = static_cast<int>(hn::Lanes(d)), pixels = lanes / 8;
  // Pixel k's weight for all eight values of its two texels.
  alignas(64) int32_t order[64];
  for (int i = 0; i < lanes / 2; ++i) order[i] = i / 4;
  const auto spread = hn::SetTableIndices(d32, order);
  const auto value = [&](int pixel) {
    const auto weight = [&](const int32_t* from) {
      return hn::BitCast(
          d, hn::TableLookupLanes(hn::LoadU(d32, from + pixel), spread));
    };
    const auto above = hn::Load(d, n.above + 8 * pixel);
    const auto below = hn::Load(d, n.below + 8 * pixel);
    const auto column = hn::Add(
        above,
        hn::MulFixedPoint15(hn::Sub(below, above), weight(places.below)));
    const auto step = hn::Sub(hn::ShiftRightLanes<4>(d, column), column);
    return hn::BitCast(
        d64, hn::Add(column, hn::MulFixedPoint15(step, weight(places.right))));
  };
  for (int i = 0; i < count; i += 2 * pixels) {
    // The lower half of each pixel is its value.
    hn::StoreU(hn::BitCast(d, hn::ConcatEven(d64, value(i + pixels), value(i))),
               d, samples + 4 * i);
  }
}

void Sample(const Texture& t, const float* at, int count, int16_t* out) {
  const hn::FixedTag<int16_t, 8> two;  // two texels side by side
  const int64_t row = static_cast<int64_t>(t.width) * 4;
  Places places;
  Neighbours near;
  alignas(64) int16_t samples[4 * kBlock];
  for (int done = 0; done < count; done += kBlock) {
    const int some = std::min(kBlock, count - done);
    Locate(t, at + 2 * done, some, &places);
    // The row of pixels below will want the texels about two rows further on;
    // a cache line holds eight of them.
    for (int i = 0; i < some; i += 4) {
      const int16_t* next =
          t.texels.data() + static_cast<int64_t>(places.texel[i]) * 4 + 2 * row;
      hwy::Prefetch(next);
      hwy::Prefetch(next + row);
    }
    for (int i = 0; i < some; ++i) {
      const int16_t* from =
          t.texels.data() + static_cast<int64_t>(places.texel[i]) * 4;
      hn::Store(hn::LoadU(two, from), two, near.above + 8 * i);
      hn::Store(hn::LoadU(two, from + row), two, near.below + 8 * i);
    }
    int16_t* to = out + 4 * static_cast<int64_t>(done);
    if (some == kBlock) {
      Blend(near, places, some, to);
    } else {
      Blend(near, places, some, samples);
      std::copy_n(samples, 4 * some, to);
    }
  }
}

void OverPlate(const int16_t* layer, const uint8_t* plate, int count,
               uint8_t* rgb) {
  const hn::FixedTag<int16_t, 8> d16;
  const hn::FixedTag<uint8_t, 8> d8;
  const hn::FixedTag<uint8_t, 16> bytes;
  alignas(16) static constexpr uint8_t kShares[16] = {
      6, 7, 6, 7, 6, 7, 6, 7, 14, 15, 14, 15, 14, 15, 14, 15};
  alignas(16) static constexpr uint8_t kColours[16] = {
      0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 0x80, 0x80, 0x80, 0x80};
  const auto shares = hn::Load(bytes, kShares);
  const auto colours = hn::Load(bytes, kColours);
  const auto round = hn::Set(d16, kPerLevel / 2);
  const auto zero = hn::Zero(d16);
  const auto share_of = [&](auto front) {
    return hn::BitCast(d16,
                       hn::TableLookupBytes(hn::BitCast(bytes, front), shares));
  };
  const auto add = [&](auto front, auto share, const uint8_t* p) {
    const auto behind = hn::ShiftLeft<6>(hn::PromoteTo(d16, hn::LoadU(d8, p)));
    return hn::Add(front, hn::MulFixedPoint15(behind, share));
  };
  alignas(16) uint8_t four[16];
  for (int i = 0; i < count; i += 4) {
    const int n = std::min(4, count - i);
    alignas(16) int16_t padded[16] = {};
    alignas(16) uint8_t behind[16] = {};
    const int16_t* l = layer + 4 * i;
    const uint8_t* p = plate + 4 * i;
    if (n < 4) {
      std::copy_n(l, 4 * n, padded);
      std::copy_n(p, 4 * n, behind);
      l = padded;
      p = behind;
    }
    auto first = hn::LoadU(d16, l), last = hn::LoadU(d16, l + 8);
    const auto share = share_of(first), last_share = share_of(last);
    if (!hn::AllTrue(d16, hn::Eq(hn::Or(share, last_share), zero))) {
      first = add(first, share, p);
      last = add(last, last_share, p + 8);
    }
    const auto pixels = hn::Combine(
        bytes, hn::DemoteTo(d8, hn::ShiftRight<6>(hn::Add(last, round))),
        hn::DemoteTo(d8, hn::ShiftRight<6>(hn::Add(first, round))));
    const auto packed = hn::TableLookupBytesOr0(pixels, colours);
    // Sixteen bytes where twelve are meant: the next four pixels overwrite the
    // rest, so the last ones of a row go through a copy.
    if (i + 6 <= count) {
      hn::StoreU(packed, bytes, rgb + 3 * i);
    } else {
      hn::Store(packed, bytes, four);
      std::copy_n(four, 3 * n, rgb + 3 * i);
    }
  }
}

void Weighted(const int16_t* base, const int16_t* first, float is_first,
              const int16_t* second, float is_second, int count, int16_t* out) {
  const hn::ScalableTag<int16_t> d;
  const auto weight = [&](float w) {
    return hn::Set(d, static_cast<int16_t>(std::lround(w * kWhole)));
  };
  const auto first_weight = weight(is_first), second_weight = weight(is_second);
  const int lanes = static_cast<int>(hn::Lanes(d));
  int i = 0;
  for (; i + lanes <= count; i += lanes) {
    auto sum =
        hn::Add(hn::LoadU(d, base + i),
                hn::MulFixedPoint15(hn::LoadU(d, first + i), first_weight));
    if (second != nullptr) {
      sum = hn::Add(
          sum, hn::MulFixedPoint15(hn::LoadU(d, second + i), second_weight));
    }
    hn::StoreU(sum, d, out + i);
  }
  // What MulFixedPoint15 does.
  const auto share = [](int16_t value, float w) {
    const auto by = static_cast<int32_t>(std::lround(w * kWhole));
    return (value * by + (1 << 14)) >> 15;
  };
  for (; i < count; ++i) {
    const int sum = base[i] + share(first[i], is_first) +
                    (second != nullptr ? share(second[i], is_second) : 0);
    out[i] = static_cast<int16_t>(sum);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace longtake::worker::host
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace longtake::worker::host {

HWY_EXPORT(Sample);
HWY_EXPORT(OverPlate);
HWY_EXPORT(Weighted);

int16_t ToTexel(float level) {
  // Levels between which two differ by less than 512.
  constexpr float kLowest = -112, kHighest = 398;
  return static_cast<int16_t>(
      std::lround(std::clamp(level, kLowest, kHighest) * kPerLevel));
}

int16_t ToShare(float share) {
  return static_cast<int16_t>(
      std::lround(std::clamp(share, 0.f, 1.f) * kWhole));
}

void SampleTexture(const Texture& texture, const float* at, int count,
                   int16_t* out) {
  HWY_DYNAMIC_DISPATCH(Sample)(texture, at, count, out);
}

void PutOverPlate(const int16_t* layer, const uint8_t* plate, int count,
                  uint8_t* rgb) {
  HWY_DYNAMIC_DISPATCH(OverPlate)(layer, plate, count, rgb);
}

void AddWeighted(const int16_t* base, const int16_t* first, float is_first,
                 const int16_t* second, float is_second, int count,
                 int16_t* out) {
  HWY_DYNAMIC_DISPATCH(Weighted)
  (base, first, is_first, second, is_second, count, out);
}

}  // namespace longtake::worker::host
#endif
