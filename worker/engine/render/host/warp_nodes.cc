#include "worker/engine/render/host/warp_nodes.h"

#include <algorithm>
#include <cmath>

#include "worker/engine/render/head_turn.h"

namespace longtake::worker::host {
namespace {

float Largest(const WarpGrid& grid) {
  float largest = 1e-6f;
  for (const auto* weights : {&grid.upper, &grid.lower}) {
    for (const float w : *weights) largest = std::max(largest, std::abs(w));
  }
  return largest;
}

// One row of weights [nodes, handles] turned to [handles, count]; zeros at the
// ends are left out.
WarpNodes::Weights RowOf(const std::vector<float>& from, const NodeGrid& g,
                         int j, float per_weight) {
  const auto at = [&](int i, int k) {
    return from[(static_cast<size_t>(j) * g.nw + i) * kHandleCount + k];
  };
  int first = g.nw, end = 0;
  for (int i = 0; i < g.nw; ++i) {
    for (int k = 0; k < kHandleCount; ++k) {
      if (at(i, k) == 0) continue;
      first = std::min(first, i);
      end = i + 1;
    }
  }
  WarpNodes::Weights out;
  if (end == 0) return out;
  out.first = first;
  out.count = (end - first + kRowMultiple - 1) / kRowMultiple * kRowMultiple;
  out.values.assign(static_cast<size_t>(kHandleCount) * out.count, 0);
  for (int k = 0; k < kHandleCount; ++k) {
    for (int i = first; i < end; ++i) {
      out.values[static_cast<size_t>(k) * out.count + i - first] =
          static_cast<int16_t>(std::lround(at(i, k) / per_weight));
    }
  }
  return out;
}

}  // namespace

WarpNodes::WarpNodes(const FaceRig& rig, const WarpGrid& from)
    : grid(from.nodes),
      row_floats((grid.nw + kRowMultiple - 1) / kRowMultiple * kRowMultiple +
                 kRowMultiple),
      per_weight(Largest(from) / 32767),
      largest(static_cast<size_t>(grid.nh) * kHandleCount, 0.f) {
  const size_t plane = static_cast<size_t>(grid.nh) * row_floats;
  for (auto* p : {&x, &y, &z, &mask, &rest_x, &rest_y, &turn_x, &turn_y}) {
    p->assign(plane, 0.f);
  }
  distance.assign(plane, kCameraDistance);
  const size_t pairs = static_cast<size_t>(grid.count()) * 2;
  for (auto* p : {&base, &head, &above, &below}) p->assign(pairs, 0.f);
  for (int j = 0; j < grid.nh; ++j) {
    for (int i = 0; i < grid.nw; ++i) {
      const size_t node = static_cast<size_t>(j) * grid.nw + i;
      const size_t at = static_cast<size_t>(j) * row_floats + i;
      x[at] = from.x[node] - rig.head_centre_x;
      y[at] = from.y[node] - (rig.chin_y + kPivotBelowChin);
      z[at] = from.depth[node];
      mask[at] = from.head_mask[node];
      distance[at] = kCameraDistance - z[at];
      rest_x[at] = (x[at] * rig.ex.x + y[at] * rig.ey.x) * rig.iod_px;
      rest_y[at] = (x[at] * rig.ex.y + y[at] * rig.ey.y) * rig.iod_px;
      base[2 * node] = static_cast<float>(grid.x0 + i * grid.step);
      base[2 * node + 1] = static_cast<float>(grid.y0 + j * grid.step);
      for (int k = 0; k < kHandleCount; ++k) {
        float& most = largest[static_cast<size_t>(j) * kHandleCount + k];
        for (const auto* weights : {&from.upper, &from.lower}) {
          most = std::max(most, std::abs((*weights)[node * kHandleCount + k]));
        }
      }
    }
    upper.push_back(RowOf(from.upper, grid, j, per_weight));
    lower.push_back(RowOf(from.lower, grid, j, per_weight));
  }
}

}  // namespace longtake::worker::host
