#pragma once
// The farm's state as its gauges show it.

#include <vector>

#include "absl/time/time.h"
#include "coordinator/metrics/coordinator_metrics.h"
#include "coordinator/store/records.h"

namespace longtake::coordinator {

// loads: all live jobs. workers: those heard of lately. Pure.
FarmSample MakeFarmSample(const std::vector<JobLoad>& loads,
                          const std::vector<WorkerRecord>& workers,
                          absl::Time now);

}  // namespace longtake::coordinator
