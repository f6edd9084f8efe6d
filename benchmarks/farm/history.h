#pragma once
// What the coordinator says happened to the tasks of some jobs, and what
// workers say of the same.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "benchmarks/farm/loopback_farm.h"
#include "benchmarks/farm/simulated_work.h"
#include "common/status/status.h"

namespace longtake::bench {

struct History {
  std::vector<JobView> jobs;
  // Of attempts whose result the farm took, in the order of time, microseconds
  // of the farm's clock, which is Redis' and so this machine's.
  std::vector<int64_t> completions;
  // By render that was taken: when the coordinator decided on its lease, and
  // milliseconds from there until the worker's runner began.
  std::vector<std::pair<int64_t, double>> lease_to_start_ms;
  int64_t renders = 0;      // segments done by a worker
  int64_t from_cache = 0;   // tasks that needed no worker
  int64_t backups = 0;      // second runs of stragglers
  int64_t repeated = 0;     // attempts that came to nothing, backups aside
  int64_t failed_jobs = 0;  // or not ended

  // Completions from `begin` to `end`, a second.
  double Rate(int64_t begin, int64_t end) const;
};

// `job_ids` in the order of SimulatedWork's jobs.
StatusOr<History> ReadHistory(LoopbackFarm& farm, const SimulatedWork& work,
                              const std::vector<std::string>& job_ids);

}  // namespace longtake::bench
