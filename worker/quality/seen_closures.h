#pragma once
// Closures: those that are heard, and those that are seen. Private to
// worker/quality.

#include <cstdint>
#include <vector>

#include "worker/quality/lip_sync.h"

namespace longtake::worker {

struct LipLevel {
  float shut = 0;      // closed below
  bool moves = false;  // else nothing it does is a closure
};
// Of the openings in speech, in any order.
LipLevel LipLevelOf(std::vector<float> openings);

// Heard; of these, seen. Shown; of these, where one is heard.
struct ClosureCounts {
  int64_t heard = 0, seen = 0, shown = 0, right = 0;
};

// Adds those of a stretch.
void CountClosures(const SyncStretch& stretch, const LipLevel& level,
                   ClosureCounts* counts, std::vector<SoughtClosure>* sought);

}  // namespace longtake::worker
