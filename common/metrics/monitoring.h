#pragma once
// What a process needs to be watched: registry, readiness and, where an address
// is given, the HTTP port that serves them.

#include <memory>
#include <string>

#include "common/health/readiness.h"
#include "common/metrics/exposer.h"
#include "common/metrics/metrics.h"
#include "common/status/status.h"

namespace longtake::metrics {

struct MonitoringOptions {
  std::string listen;  // "host:port"; empty: nothing is served or counted
  bool open = false;   // other machines may reach it
};

// Thread-safe. Outlives all metrics that were made with registry().
class Monitoring {
 public:
  // InvalidArgument: not such an address, or one that needs `open`.
  // Unavailable: it can't be listened on.
  static StatusOr<std::unique_ptr<Monitoring>> Start(
      const MonitoringOptions& options);

  // Null where nothing is served: metrics made with it count nothing.
  Registry* registry() { return exposer_ == nullptr ? nullptr : &registry_; }
  Readiness& readiness() { return readiness_; }
  // "host:port" with the port that is served; empty where nothing is.
  const std::string& address() const { return address_; }

 private:
  Monitoring() = default;

  Registry registry_;
  Readiness readiness_;
  std::string address_;
  std::unique_ptr<Exposer> exposer_;
};

}  // namespace longtake::metrics
