#pragma once
// What every Prometheus client tells about its process, under the usual names:
// process_cpu_seconds_total, process_resident_memory_bytes, process_open_fds,
// process_max_fds, process_threads, process_start_time_seconds.

#include <vector>

#include "common/metrics/metrics.h"

namespace longtake::metrics {

struct ProcessFact {
  MetricInfo info;
  bool is_counter = false;
  double value = 0;
};

// Read from /proc/self now; what can't be read is left out. Thread-safe.
std::vector<ProcessFact> ReadProcessFacts();

}  // namespace longtake::metrics
