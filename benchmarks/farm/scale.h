#pragma once
// How many tasks a second one coordinator and one Redis carry, with how much
// memory, and how soon a worker starts what it was leased.

#include "absl/time/time.h"
#include "benchmarks/farm/figures.h"
#include "common/status/status.h"

namespace longtake::bench {

struct ScaleOptions {
  int workers = 1000;
  int jobs = 200;
  int segments = 270;
  absl::Duration task_time = absl::Milliseconds(450);  // of a render
  absl::Duration limit = absl::Seconds(300);           // of the whole run
};

// DeadlineExceeded when the jobs don't end within the limit.
Status MeasureScale(const ScaleOptions& options, const std::string& section,
                    Figures* figures, double* completions_per_second);

}  // namespace longtake::bench
