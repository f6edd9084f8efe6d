#pragma once
// Whether a film's pictures come at the beat that it promises. Pure.

#include <cstdint>
#include <vector>

#include "common/media_time/media_time.h"

namespace longtake::worker {

// Of every list of places so many are kept; the counts are exact.
inline constexpr size_t kMostPlaces = 100;

struct TimingFindings {
  int64_t frames = 0;
  // Seconds on the film's clock; the end is one picture after the last.
  double begin_seconds = 0, end_seconds = 0;
  // Pictures more than a tick beside their place on the grid, and by how much
  // at most.
  int64_t off_grid = 0;
  double worst_error_ms = 0;
  // Places of the grid between the first and the last picture without one.
  int64_t missing = 0;
  // Pictures at or before the time of the one before.
  int64_t not_later = 0;
  std::vector<double> gap_seconds;  // where the first gaps begin
};

// One thread only.
class TimingCheck {
 public:
  // The grid's rate and the clock's ticks a second. A rate of 0 has no grid:
  // only what comes too early is counted.
  TimingCheck(FrameRate grid, FrameRate tick_hz);

  // Pictures in the order in which they are shown. Returns the picture's place
  // on the grid, from 0.
  FrameIndex Add(int64_t ticks);

  TimingFindings Findings() const;

 private:
  double Seconds(int64_t ticks) const;

  const double rate_;  // pictures a second
  const double tick_hz_;
  TimingFindings found_;
  int64_t first_ticks_ = 0, last_ticks_ = 0;
  FrameIndex last_place_ = -1;
};

}  // namespace longtake::worker
