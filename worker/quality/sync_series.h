#pragma once
// Reading what was seen and heard by its time. Private to worker/quality.

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "worker/quality/lip_sync.h"

namespace longtake::worker {

// Pictures and steps further apart than this have nothing to do with each
// other.
inline constexpr double kGapSeconds = 0.1;
// Said, silent, a p: more likely than not.
inline constexpr float kLikely = 0.5f;

// Seconds.
struct Span {
  double begin, end;
  double length() const { return end - begin; }
};

// The opening seen at a time, linear between pictures; NaN where there are
// none.
double OpeningAt(std::span<const SeenMouth> seen, double seconds);

// The step nearest to a time, or null.
const HeardMouth* HeardAt(std::span<const HeardMouth> heard, double seconds);

// Where `is` holds, from the beginning of the first step to the end of the
// last.
template <typename Is>
std::vector<Span> RunsOf(std::span<const HeardMouth> heard, Is is) {
  std::vector<Span> runs;
  for (size_t i = 0; i < heard.size(); ++i) {
    if (!is(heard[i])) continue;
    const double half =
        i + 1 < heard.size()
            ? std::min((heard[i + 1].seconds - heard[i].seconds) / 2,
                       kGapSeconds / 2)
            : 0.0;
    const double begin = heard[i].seconds - half;
    if (!runs.empty() && begin - runs.back().end < 1e-3) {
      runs.back().end = heard[i].seconds + half;
    } else {
      runs.push_back({begin, heard[i].seconds + half});
    }
  }
  return runs;
}

}  // namespace longtake::worker
