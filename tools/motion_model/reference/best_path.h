#pragma once
// The most likely way of a sound through a left-to-right hidden Markov model
// (Viterbi 1967).

#include <cstdint>
#include <span>
#include <vector>

#include "common/status/status.h"

namespace longtake::reference {

// One state of the chain. It emits frames, then hands over to the next node or
// to one that bypasses the nodes between them.
struct Node {
  int emission = 0;  // row of the log-density table
  float log_stay = 0;
  float log_leave = 0;
  // Besides the node before it, this one may follow node `bypass_from` (-1:
  // none): what lies between is optional.
  int bypass_from = -1;
  bool may_begin = false;
  bool may_end = false;
};

// Log densities: [emissions, frames].
struct DensityTable {
  std::span<const float> values;
  int frames = 0;
  float at(int frame, int emission) const {
    return values[static_cast<size_t>(emission) * frames + frame];
  }
};

struct BestPath {
  std::vector<int> nodes;  // for each frame, never decreasing
  double log_likelihood = 0;
};

// Densities count `density_weight` times (neighbouring frames aren't
// independent). InvalidArgument if no path fits, as when there are fewer frames
// than nodes that can't be bypassed. Memory: 1 byte for each frame and node.
StatusOr<BestPath> FindBestPath(std::span<const Node> chain,
                                const DensityTable& densities,
                                float density_weight);

}  // namespace longtake::reference
