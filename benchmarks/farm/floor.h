#pragma once
// What this machine could do at most: calls that only pass through. As many
// connections as scale has workers, each with one call under way all the time;
// a server process that has the coordinator's transport, executor and Redis
// client, and no scheduler.

#include <string>

#include "absl/time/time.h"
#include "benchmarks/farm/figures.h"
#include "common/status/status.h"

namespace longtake::bench {

struct FloorOptions {
  int connections = 1000;
  absl::Duration time = absl::Seconds(5);  // of each of the two measurements
};

// `calls_per_second`: of those that run one script in Redis.
Status MeasureFloor(const FloorOptions& options, Figures* figures,
                    double* calls_per_second);

// The server's process, until SIGTERM; its exit code. Empty `redis_url`: its
// calls do nothing at all.
int ServeFloor(const std::string& redis_url);

}  // namespace longtake::bench
