#pragma once
// How near one job on many workers comes to what so many workers could do at
// best, and what one slow worker among them costs.

#include "absl/time/time.h"
#include "benchmarks/farm/figures.h"
#include "common/status/status.h"

namespace longtake::bench {

struct EfficiencyOptions {
  int workers = 64;
  int segments = 270;  // 45 minutes
  absl::Duration task_time = absl::Seconds(2);
  // Of the last worker, in so many times; 1 = none is slow.
  double slow_factor = 1;
  absl::Duration limit = absl::Seconds(120);
};

// Times of `tasks` handed out in order to whichever of `workers` is free first:
// what a farm does that costs nothing. Pure.
absl::Duration GreedySchedule(const std::vector<absl::Duration>& tasks,
                              int workers);

// A render's time: task_time with a spread of 20 % up and down that depends on
// the segment alone. Pure.
absl::Duration TaskTime(absl::Duration task_time, int segment);

Status MeasureEfficiency(const EfficiencyOptions& options, Figures* figures);
// The same job with one slow worker.
Status MeasureStraggler(const EfficiencyOptions& options, Figures* figures);

}  // namespace longtake::bench
