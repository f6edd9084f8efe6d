#pragma once
// How a film is divided up to be looked at by several threads, and which of its
// pictures the face networks see. Pure, and the same for any number of threads.

#include <cstdint>
#include <vector>

#include "worker/quality/stretches.h"

namespace longtake::worker {

// Pictures whose face and colours are compared with the portrait's: one in so
// many seconds, but this many at least and at most.
inline constexpr int64_t kSampleEveryMicros = 5'000'000;
inline constexpr int64_t kLeastSamples = 16;
inline constexpr int64_t kMostSamples = 96;

// A part of the film that one thread decodes from end to end.
struct FilmCell {
  TimeSpan span;
  // In it, at most one: where the mouth is looked at. Empty: nowhere.
  TimeSpan stretch;
  std::vector<int64_t> samples_us;  // rising
};

// Cells follow each other without a gap, from the beginning of time to its end:
// a container may be wrong about its length.
std::vector<FilmCell> PlanCells(int64_t duration_us, Measure measure);

}  // namespace longtake::worker
