#pragma once
// A coordinator's state in Redis, and the clock that goes with it.

#include <string>

#include "common/status/status.h"
#include "coordinator/app/coordinator_server.h"
#include "coordinator/metrics/coordinator_metrics.h"
#include "coordinator/store/redis/client.h"

namespace longtake::coordinator {

// Counts every command.
redis::CommandObserver ObserverFor(const RedisMetrics& metrics);

struct RedisStateOptions {
  std::string url;                  // see redis_url.h
  std::string owner;                // as CoordinatorServer::Options::owner
  redis::CommandObserver observer;  // optional
  // Of jobs that have ended, the newest stay.
  size_t max_ended_jobs = 10000;
  // How long Redis may take to come up beside the coordinator.
  absl::Duration patience = absl::Seconds(60);
};

// InvalidArgument for a wrong URL, FailedPrecondition for a state that is not
// this version's, Unavailable when Redis can't be reached for so long.
StatusOr<CoordinatorServer::State> OpenRedisState(
    const RedisStateOptions& options, ChangeSignals& signals);

}  // namespace longtake::coordinator
