#pragma once
// The grids on which the warp is solved: what of them is constant for a
// portrait, and room for one pose. docs/drawing.md, "Fields". No LibTorch.
// Internal to render/host.

#include <cstdint>
#include <vector>

#include "worker/engine/render/host/field.h"
#include "worker/engine/render/motion_to_handles.h"
#include "worker/engine/render/warp_grid.h"
#include "worker/engine/rig/face_rig.h"

namespace longtake::worker::host {

// Rows or columns, [first, end).
struct Range {
  int first = 0, end = 0;
};

// Nodes, what moves there, and how: constant parts and those of one pose.
struct WarpNodes {
  NodeGrid grid;
  int row_floats = 0;  // of a plane's row: nw, rounded up
  // [nh, row_floats]
  std::vector<float> x, y, z, mask, rest_x, rest_y, distance;
  struct Weights {
    int first = 0, count = 0;     // nodes of the row; 0 where nothing moves
    std::vector<int16_t> values;  // [kHandleCount, count], times per_weight
  };
  std::vector<Weights> upper, lower;  // [nh]
  float per_weight = 1;
  // [nh, kHandleCount]: the largest weight of a handle in a row of both fields.
  std::vector<float> largest;

  std::vector<float> base;                // [nh, nw, 2] the nodes, pixels
  std::vector<float> turn_x, turn_y;      // [nh, row_floats] pixels
  std::vector<float> head, above, below;  // [nh, nw, 2]: the head alone, and
                                          // with the upper and the lower field
  WarpNodes(const FaceRig& rig, const WarpGrid& from);
  FieldView View(const std::vector<float>& shift, Range columns,
                 Range rows) const {
    return {shift.data(), grid,       columns.first,
            columns.end,  rows.first, rows.end};
  }
};

}  // namespace longtake::worker::host
