#pragma once
// Dynamic time warping (Sakoe and Chiba 1978): which moment of one saying of a
// sentence is which moment of another.

#include <span>
#include <vector>

namespace longtake::reference {

// A sequence of vectors of `width` numbers each, row by row.
struct Rows {
  std::span<const float> values;
  int width = 0;
  int count() const { return static_cast<int>(values.size()) / width; }
  std::span<const float> row(int i) const {
    return values.subspan(static_cast<size_t>(i) * width, width);
  }
};

// For each row of `a` the row of `b` that it falls on (the last one, where
// several do), on the path from the first pair to the last that has the least
// sum of Euclidean distances; a step that moves in one sequence only costs
// `step_cost` more. The result never decreases. Both must have a row.
// Time and memory grow with the product of the counts (1 byte a pair).
std::vector<int> WarpOnto(const Rows& a, const Rows& b, float step_cost);

}  // namespace longtake::reference
