#pragma once
// What a coordinator is told: its configuration file, and the flags that
// override it. deploy/coordinator.yaml shows every setting.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/log/log.h"
#include "common/provenance/provenance_config.h"
#include "common/rpc/credentials.h"
#include "common/status/status.h"
#include "coordinator/policy/admission.h"
#include "coordinator/schedule/scheduler.h"

namespace longtake::coordinator {

struct RedisSettings {
  std::string url;  // coordinator/store/redis/redis_url.h; empty = in memory
};

inline constexpr int kEndedJobsInRedis = 10000;
inline constexpr int kEndedJobsInMemory = 1000;
inline constexpr int kMaxEndedJobs = 1'000'000;

struct CoordinatorConfig {
  std::string listen = "127.0.0.1:7400";
  std::string artifacts;        // directory; required
  int64_t artifacts_bytes = 0;  // 0 = no limit
  RedisSettings redis;
  absl::Duration lease = absl::Seconds(30);
  absl::Duration grace = absl::Seconds(5);  // for calls, at a shutdown
  ServerTls tls;
  std::string tokens;  // token file; empty = anybody may call
  FarmLimits limits;
  // Of jobs that have ended, the newest stay in the state; none = as many as
  // suit it (kEndedJobsInRedis, kEndedJobsInMemory).
  std::optional<int> ended_jobs;
  // Of its share of the farm; 1 for tenants that are not here.
  std::map<std::string, int> tenant_weights;
  ProvenanceConfig provenance;
  std::map<std::string, uint16_t> tenant_numbers;  // in the watermark
  std::string metrics_listen;                      // empty = no metrics
  bool metrics_open = false;  // other machines may read them
  LogLevel log_level = LogLevel::kInfo;
  LogFormat log_format = LogFormat::kText;
  bool insecure = false;
  bool housekeeping = true;  // not in the file: for tests
};

// Reads `path` over the defaults. Relative paths of files in it are relative to
// its directory. InvalidArgument "FILE:LINE: …" for anything that is not as
// deploy/coordinator.yaml says.
StatusOr<CoordinatorConfig> LoadCoordinatorConfig(const std::string& path);

// `ended_jobs`, or the default of the state that is configured.
int EndedJobsOf(const CoordinatorConfig& config);

// The scheduler's part of it: lease, limits, tenants' weights, marks of origin.
// InvalidArgument where the watermark's key can't be read.
StatusOr<SchedulerOptions> SchedulerOptionsOf(const CoordinatorConfig& config);

// What can't be, whether a file or flags said it: no artifacts, wrong
// addresses, certificates that don't fit, a port open to other machines
// without TLS. InvalidArgument, one line with the remedy.
Status CheckCoordinatorConfig(const CoordinatorConfig& config);

// What an operator should know though it is allowed, one line each.
std::vector<std::string> WarningsOf(const CoordinatorConfig& config);

}  // namespace longtake::coordinator
