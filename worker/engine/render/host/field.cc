#include "worker/engine/render/host/field.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "worker/engine/render/host/field.cc"
#include "common/simd/targets.h"

HWY_BEFORE_NAMESPACE();
namespace longtake::worker::host {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// Of kVectors vectors of nodes at once: as many sums are under way.
template <int kVectors>
void AddBlock(const int16_t* weights, int stride, const Moved& moved, float* x,
              float* y) {
  const hn::CappedTag<float, kRowMultiple> d;
  const hn::RebindToSigned<decltype(d)> d32;
  const hn::Rebind<int16_t, decltype(d)> d16;
  const size_t n = hn::Lanes(d);
  hn::Vec<decltype(d)> sum_x[kVectors], sum_y[kVectors];
  for (int v = 0; v < kVectors; ++v) {
    sum_x[v] = hn::LoadU(d, x + v * n);
    sum_y[v] = hn::LoadU(d, y + v * n);
  }
  for (int k = 0; k < moved.count; ++k) {
    const int16_t* row =
        weights + static_cast<int64_t>(moved.handle[k]) * stride;
    const auto by_x = hn::Set(d, moved.x[k]), by_y = hn::Set(d, moved.y[k]);
    for (int v = 0; v < kVectors; ++v) {
      const auto weight =
          hn::ConvertTo(d, hn::PromoteTo(d32, hn::LoadU(d16, row + v * n)));
      sum_x[v] = hn::Add(sum_x[v], hn::Mul(weight, by_x));
      sum_y[v] = hn::Add(sum_y[v], hn::Mul(weight, by_y));
    }
  }
  for (int v = 0; v < kVectors; ++v) {
    hn::StoreU(sum_x[v], d, x + v * n);
    hn::StoreU(sum_y[v], d, y + v * n);
  }
}

void Handles(const int16_t* weights, int stride, int count, const Moved& moved,
             float* x, float* y) {
  const hn::CappedTag<float, kRowMultiple> d;
  const int n = static_cast<int>(hn::Lanes(d));
  int i = 0;
  for (; i + 4 * n <= count; i += 4 * n) {
    AddBlock<4>(weights + i, stride, moved, x + i, y + i);
  }
  for (; i + 2 * n <= count; i += 2 * n) {
    AddBlock<2>(weights + i, stride, moved, x + i, y + i);
  }
  for (; i < count; i += n) {
    AddBlock<1>(weights + i, stride, moved, x + i, y + i);
  }
}

void Turn(const TurnRow& r, const float (&m)[12], int count, float* out_x,
          float* out_y) {
  for (int i = 0; i < count; ++i) {
    const float x = r.x[i], y = r.y[i], z = r.z[i];
    const float tx = m[0] * x + m[1] * y + m[2] * z + m[3];
    const float ty = m[4] * x + m[5] * y + m[6] * z + m[7];
    const float tz = m[8] * x + m[9] * y + m[10] * z + m[11];
    const float nearer = r.distance[i] / tz;
    out_x[i] = (tx * nearer - r.rest_x[i]) * r.mask[i];
    out_y[i] = (ty * nearer - r.rest_y[i]) * r.mask[i];
  }
}

// Points that are located together: their places stay in the first cache.
constexpr int kBlock = 64;

// Node of the upper left neighbour, and the weights of the right and the lower
// ones.
struct Places {
  alignas(64) int32_t node[kBlock];
  alignas(64) float right[kBlock], below[kBlock];
};

void Locate(const FieldView& f, const float* at, int count, Places* out) {
  const hn::ScalableTag<float> df;
  const hn::RebindToSigned<decltype(df)> di;
  const NodeGrid& g = f.grid;
  const auto per_step = hn::Set(df, 1 / static_cast<float>(g.step));
  const auto width = hn::Set(di, g.nw);
  const auto on_axis = [&](auto pixel, int origin, int first, int end,
                           float* weight) {
    const auto steps = hn::Mul(
        hn::Sub(pixel, hn::Set(df, static_cast<float>(origin))), per_step);
    const auto kept =
        hn::Min(hn::Max(steps, hn::Set(df, static_cast<float>(first))),
                hn::Set(df, static_cast<float>(end - 1)));
    const auto left = hn::ConvertTo(
        di, hn::Min(kept, hn::Set(df, static_cast<float>(end - 2))));
    hn::Store(hn::Sub(kept, hn::ConvertTo(df, left)), df, weight);
    return left;
  };
  alignas(64) float padded[2 * kBlock] = {};
  std::copy_n(at, 2 * count, padded);
  for (size_t i = 0; i < static_cast<size_t>(count); i += hn::Lanes(df)) {
    auto x = hn::Zero(df), y = hn::Zero(df);
    hn::LoadInterleaved2(df, padded + 2 * i, x, y);
    const auto column = on_axis(x, g.x0, f.x0, f.x1, out->right + i);
    const auto row = on_axis(y, g.y0, f.y0, f.y1, out->below + i);
    hn::Store(hn::Add(hn::Mul(row, width), column), di, out->node + i);
  }
}

void Step(const FieldView& f, const float* base, int count, float* at) {
  const hn::FixedTag<float, 4> two;  // two nodes side by side
  const hn::ScalableTag<float> d;
  const hn::RepartitionToWide<decltype(d)> d64;
  const int lanes = static_cast<int>(hn::Lanes(d)), points = lanes / 4;
  // Point k's weight for both values of its two nodes.
  alignas(64) int32_t order[32];
  for (int i = 0; i < lanes; ++i) order[i] = i / 4;
  const auto spread = hn::SetTableIndices(d, order);
  Places places;
  alignas(64) float above[4 * kBlock], below[4 * kBlock], moved[2 * kBlock];
  const auto shift = [&](int point) {
    const auto weight = [&](const float* from) {
      return hn::TableLookupLanes(hn::LoadU(d, from + point), spread);
    };
    const auto top = hn::Load(d, above + 4 * point);
    const auto bottom = hn::Load(d, below + 4 * point);
    const auto column =
        hn::Add(top, hn::Mul(hn::Sub(bottom, top), weight(places.below)));
    const auto step = hn::Sub(hn::ShiftRightLanes<2>(d, column), column);
    return hn::BitCast(d64,
                       hn::Add(column, hn::Mul(step, weight(places.right))));
  };
  for (int done = 0; done < count; done += kBlock) {
    const int some = std::min(kBlock, count - done);
    Locate(f, at + 2 * done, some, &places);
    for (int i = 0; i < some; ++i) {
      const float* from = f.shift + static_cast<int64_t>(places.node[i]) * 2;
      hn::Store(hn::LoadU(two, from), two, above + 4 * i);
      hn::Store(hn::LoadU(two, from + 2 * f.grid.nw), two, below + 4 * i);
    }
    for (int i = 0; i < some; i += 2 * points) {
      // The lower half of each point is its shift.
      hn::Store(
          hn::BitCast(d, hn::ConcatEven(d64, shift(i + points), shift(i))), d,
          moved + 2 * i);
    }
    const float* from = base + 2 * static_cast<int64_t>(done);
    float* to = at + 2 * static_cast<int64_t>(done);
    for (int i = 0; i < 2 * some; ++i) to[i] = from[i] - moved[i];
  }
}

void SpreadRow(const float* nodes, int step, int x, int count, float* out) {
  const float per_pixel = 1 / static_cast<float>(step);
  int node = x / step, within = x % step;
  for (int done = 0; done < count; ++node) {
    const int n = std::min(step - within, count - done);
    const float x0 = nodes[2 * node], y0 = nodes[2 * node + 1];
    // The last node has no neighbour: it is met with nothing beyond it.
    const bool only = within == 0 && n == 1;
    const float dx = only ? 0 : (nodes[2 * node + 2] - x0) * per_pixel;
    const float dy = only ? 0 : (nodes[2 * node + 3] - y0) * per_pixel;
    for (int k = 0; k < n; ++k) {
      out[2 * (done + k)] = x0 + dx * static_cast<float>(within + k);
      out[2 * (done + k) + 1] = y0 + dy * static_cast<float>(within + k);
    }
    done += n;
    within = 0;
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace longtake::worker::host
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace longtake::worker::host {

HWY_EXPORT(Handles);
HWY_EXPORT(Turn);
HWY_EXPORT(Step);
HWY_EXPORT(SpreadRow);

void AddHandles(const int16_t* weights, int stride, int count,
                const Moved& moved, float* x, float* y) {
  HWY_DYNAMIC_DISPATCH(Handles)(weights, stride, count, moved, x, y);
}

void TurnHead(const TurnRow& row, const float (&matrix)[12], int count,
              float* x, float* y) {
  HWY_DYNAMIC_DISPATCH(Turn)(row, matrix, count, x, y);
}

void StepBack(const FieldView& field, const float* base, int count, float* at) {
  HWY_DYNAMIC_DISPATCH(Step)(field, base, count, at);
}

void Spread(const float* nodes, int step, int x, int count, float* out) {
  HWY_DYNAMIC_DISPATCH(SpreadRow)(nodes, step, x, count, out);
}

}  // namespace longtake::worker::host
#endif
