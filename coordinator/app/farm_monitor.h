#pragma once
// Looks at the farm every few seconds and shows what it sees as gauges, so that
// a scrape costs the state store nothing and never waits for it.

#include <cstdint>
#include <functional>
#include <string>
#include <thread>

#include "absl/time/time.h"
#include "common/health/readiness.h"
#include "common/status/status.h"
#include "coordinator/metrics/coordinator_metrics.h"

namespace longtake::coordinator {

// Thread-safe. Owns its thread; what Sources call must outlive it.
class FarmMonitor {
 public:
  struct Sources {
    // May block. An error: the state store does not answer.
    std::function<StatusOr<FarmSample>()> sample;
    std::function<int()> parked_polls;
    std::function<int64_t()> epoch;
    std::string artifacts_path;  // on the artifact store's file system
    std::function<StatusOr<absl::Time>()> certificate_expiry;  // optional
  };

  static constexpr absl::Duration kInterval = absl::Seconds(2);

  // Looks at once, then every `interval`. Readiness is borrowed; it is shown,
  // not set.
  FarmMonitor(const FarmGauges& gauges, const Readiness& readiness,
              Sources sources, absl::Duration interval = kInterval);
  ~FarmMonitor();
  FarmMonitor(const FarmMonitor&) = delete;
  FarmMonitor& operator=(const FarmMonitor&) = delete;

 private:
  void Run(std::stop_token stop);
  void Look();

  const FarmGauges gauges_;
  const Readiness& readiness_;
  const Sources sources_;
  const absl::Duration interval_;
  std::jthread thread_;
};

}  // namespace longtake::coordinator
