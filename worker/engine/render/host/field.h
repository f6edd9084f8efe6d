#pragma once
// Loops over grids of displacements. No LibTorch; arithmetic in float32 that is
// the same on every processor (no contraction, no reordered sums). Any number
// of threads may call at once. Internal to render/host.

#include <cstdint>

#include "worker/engine/render/warp_grid.h"

namespace longtake::worker::host {

// A weight matrix's columns that take part in a frame.
struct Moved {
  int count = 0;
  const int* handle = nullptr;  // [count]
  const float* x = nullptr;     // [count] pixels
  const float* y = nullptr;
};

// Rows of weights are a multiple of this long.
inline constexpr int kRowMultiple = 16;

// x[i] += sum over moved handles of weights[handle * stride + i] * its x; y
// likewise. `count` is a multiple of kRowMultiple.
void AddHandles(const int16_t* weights, int stride, int count,
                const Moved& moved, float* x, float* y);

// What the head's turn does at `count` nodes: columns of a matrix [3, 4] times
// (x, y, z, 1), the first two over the third, less where the node rests, times
// the mask. Pixels.
struct TurnRow {
  const float* x = nullptr;  // from the pivot, IOD
  const float* y = nullptr;
  const float* z = nullptr;
  const float* mask = nullptr;
  const float* rest_x = nullptr;  // pixels from the pivot
  const float* rest_y = nullptr;
  const float* distance = nullptr;  // camera to node, IOD
};
void TurnHead(const TurnRow& row, const float (&matrix)[12], int count,
              float* x, float* y);

// Displacements [nh, nw, 2] at the nodes of a grid, pixels, x then y.
struct FieldView {
  const float* shift = nullptr;
  NodeGrid grid;
  // Nodes that hold something, at least two by two: [x0, x1) in the rows
  // [y0, y1). What lies beyond counts as the nearest of them.
  int x0 = 0, x1 = 0, y0 = 0, y1 = 0;
};

// One step towards the origins of `base`: at = base - shift(at); [count, 2]
// pixels, borders replicated.
void StepBack(const FieldView& field, const float* base, int count, float* at);

// Linear in between of nodes [nw, 2] of one row that lie `step` apart: `count`
// pixels from pixel `x` of the row's first node on, out [count, 2].
// x >= 0, x + count <= (nw - 1) * step + 1.
void Spread(const float* nodes, int step, int x, int count, float* out);

}  // namespace longtake::worker::host
