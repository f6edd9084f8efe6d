#include "worker/engine/render/host/rows.h"

#include <algorithm>
#include <cmath>

#include "worker/engine/render/host/math.h"
#include "worker/engine/render/host/sampler.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "worker/engine/render/host/rows.cc"
#include "common/simd/targets.h"

HWY_BEFORE_NAMESPACE();
namespace longtake::worker::host {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// Half width of the antialiased edge of a lip, pixels, and the least slope of
// the signed distance it trusts.
constexpr float kEdgePx = 1.3f;
constexpr float kLeastSlope = 0.25f;

void ProjectRow(const Axis& axis, const float* at, int count, float* out) {
  for (int i = 0; i < count; ++i) {
    out[i] = at[2 * i] * axis.x + axis.offset + at[2 * i + 1] * axis.y;
  }
}

void SampleRow(const float* data, int width, int height, const float* at,
               int count, float* out) {
  const auto end_x = static_cast<float>(width - 1);
  const auto end_y = static_cast<float>(height - 1);
  const auto last_x = static_cast<float>(width - 2);
  const auto last_y = static_cast<float>(height - 2);
  for (int i = 0; i < count; ++i) {
    const float x = Least(Most(at[2 * i], 0.f), end_x);
    const float y = Least(Most(at[2 * i + 1], 0.f), end_y);
    const auto ix = static_cast<int32_t>(Least(x, last_x));
    const auto iy = static_cast<int32_t>(Least(y, last_y));
    const float right = x - static_cast<float>(ix);
    const float below = y - static_cast<float>(iy);
    const float* from = data + (iy * width + ix);
    const float top = from[0] + (from[1] - from[0]) * right;
    const float bottom = from[width] + (from[width + 1] - from[width]) * right;
    out[i] = top + (bottom - top) * below;
  }
}

void Covers(const float* above, const float* here, const float* below,
            int count, float* out) {
  for (int i = 0; i < count; ++i) {
    const float dx = here[i + 2] - here[i], dy = below[i + 1] - above[i + 1];
    // Twice the slope, and half the distance's share of a pixel each way.
    const float slope = Most(std::sqrt(dx * dx + dy * dy), 2 * kLeastSlope);
    out[i] = Unit(here[i + 1] / slope * (2 / kEdgePx) + 0.5f);
  }
}

void Partings(const float* upper, const float* lower, const float* skull,
              int count, float* opened, float* shown) {
  const Smooth from(0.02f, 1);
  for (int i = 0; i < count; ++i) {
    const float ux = upper[2 * i] - skull[2 * i];
    const float uy = upper[2 * i + 1] - skull[2 * i + 1];
    const float lx = lower[2 * i] - skull[2 * i];
    const float ly = lower[2 * i + 1] - skull[2 * i + 1];
    const float u = ux * ux + uy * uy, l = lx * lx + ly * ly;
    opened[i] = std::sqrt(u) + std::sqrt(l);
    shown[i] = from(Most(u, l));
  }
}

bool Seen(const float* along, const float* upper, const float* lower, int count,
          float* out) {
  const Smooth between(1, 0.93f);
  float most = 0;
  for (int i = 0; i < count; ++i) {
    out[i] = (1 - lower[i]) * (1 - upper[i]) * between(std::abs(along[i]));
  }
  for (int i = 0; i < count; ++i) most = Most(most, out[i]);
  return most > 0;
}

void Mixed(const int16_t* over, const float* weight, int count,
           int16_t* texels) {
  const hn::FixedTag<int16_t, 8> d;  // two texels
  const auto share = [&](int i) {
    return static_cast<int16_t>(
        static_cast<int32_t>(weight[i] * kWhole + 0.5f));
  };
  alignas(16) int16_t weights[8];
  for (int i = 0; i < count; i += 2) {
    const bool both = i + 1 < count;
    std::fill_n(weights, 4, share(i));
    std::fill_n(weights + 4, 4, both ? share(i + 1) : 0);
    alignas(16) int16_t from[8] = {}, to[8] = {};
    const int n = both ? 8 : 4;
    std::copy_n(over + 4 * i, n, from);
    std::copy_n(texels + 4 * i, n, to);
    const auto under = hn::Load(d, to);
    const auto step = hn::Sub(hn::Load(d, from), under);
    hn::Store(hn::Add(under, hn::MulFixedPoint15(step, hn::Load(d, weights))),
              d, to);
    std::copy_n(to, n, texels + 4 * i);
  }
}

void Texels(const float* const* rgb, int count, int16_t* texels) {
  for (int c = 0; c < 3; ++c) {
    const float* plane = rgb[c];
    for (int i = 0; i < count; ++i) {
      // Down to the nearest whole number, halves up.
      const float value = Least(Most(plane[i], -100.f), 380.f) * kPerLevel;
      texels[4 * i + c] =
          static_cast<int16_t>(static_cast<int32_t>(value + 32768.5f) - 32768);
    }
  }
}

void Planes(const int16_t* texels, int count, int channels, float* const* out) {
  for (int c = 0; c < channels; ++c) {
    const float scale = c < 3 ? 1.f / kPerLevel : 1.f / kWhole;
    for (int i = 0; i < count; ++i) {
      out[c][i] = static_cast<float>(texels[4 * i + c]) * scale;
    }
  }
}

void Rows(const float* const* in, const float* taps, int tap_count, int count,
          float* out) {
  std::fill_n(out, count, 0.f);
  for (int k = 0; k < tap_count; ++k) {
    for (int i = 0; i < count; ++i) out[i] += in[k][i] * taps[k];
  }
}

void Along(const float* in, const float* taps, int tap_count, int count,
           float* out) {
  std::fill_n(out, count, 0.f);
  for (int k = 0; k < tap_count; ++k) {
    for (int i = 0; i < count; ++i) out[i] += in[i + k] * taps[k];
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace longtake::worker::host
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace longtake::worker::host {

HWY_EXPORT(ProjectRow);
HWY_EXPORT(SampleRow);
HWY_EXPORT(Covers);
HWY_EXPORT(Partings);
HWY_EXPORT(Seen);
HWY_EXPORT(Mixed);
HWY_EXPORT(Texels);
HWY_EXPORT(Planes);
HWY_EXPORT(Rows);
HWY_EXPORT(Along);

void Project(const Axis& axis, const float* at, int count, float* out) {
  HWY_DYNAMIC_DISPATCH(ProjectRow)(axis, at, count, out);
}

void SampleAt(const Plane& plane, const float* at, int count, float* out) {
  HWY_DYNAMIC_DISPATCH(SampleRow)
  (plane.data.data(), plane.width, plane.height, at, count, out);
}

void CoverRow(const float* above, const float* here, const float* below,
              int count, float* out) {
  HWY_DYNAMIC_DISPATCH(Covers)(above, here, below, count, out);
}

void Parted(const float* upper, const float* lower, const float* skull,
            int count, float* opened, float* shown) {
  HWY_DYNAMIC_DISPATCH(Partings)(upper, lower, skull, count, opened, shown);
}

bool Uncovered(const float* along, const float* upper_cover,
               const float* lower_cover, int count, float* out) {
  return HWY_DYNAMIC_DISPATCH(Seen)(along, upper_cover, lower_cover, count,
                                    out);
}

void MixTexels(const int16_t* over, const float* weight, int count,
               int16_t* texels) {
  HWY_DYNAMIC_DISPATCH(Mixed)(over, weight, count, texels);
}

void FromPlanes(const float* const* rgb, int count, int16_t* texels) {
  HWY_DYNAMIC_DISPATCH(Texels)(rgb, count, texels);
}

void ToPlanes(const int16_t* texels, int count, int channels,
              float* const* out) {
  HWY_DYNAMIC_DISPATCH(Planes)(texels, count, channels, out);
}

void WeightRows(const float* const* in, const float* taps, int tap_count,
                int count, float* out) {
  HWY_DYNAMIC_DISPATCH(Rows)(in, taps, tap_count, count, out);
}

void WeightAlong(const float* in, const float* taps, int tap_count, int count,
                 float* out) {
  HWY_DYNAMIC_DISPATCH(Along)(in, taps, tap_count, count, out);
}

}  // namespace longtake::worker::host
#endif
