#pragma once
// The HTTP port for monitoring: plain HTTP, GET only, on an address of its own.
//   /metrics  the registry, in Prometheus' text format 0.0.4
//   /healthz  200 while the process can answer at all
//   /readyz   200 when all conditions of Readiness hold, else 503 with a line
//             for each that does not

#include <memory>
#include <string>

#include "common/health/readiness.h"
#include "common/metrics/metrics.h"
#include "common/status/status.h"

namespace longtake::metrics {

// Thread-safe. Owns its threads; registry and readiness are borrowed for its
// life.
class Exposer {
 public:
  struct Options {
    std::string address;  // "host:port"; port 0 = any free one
    std::string flag = "--metrics-listen";  // for messages
  };

  // Serves at once. Unavailable when the address can't be listened on.
  static StatusOr<std::unique_ptr<Exposer>> Start(const Options& options,
                                                  const Registry& registry,
                                                  const Readiness& readiness);
  // Answers in flight end first.
  ~Exposer();
  Exposer(const Exposer&) = delete;
  Exposer& operator=(const Exposer&) = delete;

  int port() const;

 private:
  struct Parts;
  explicit Exposer(std::unique_ptr<Parts> parts);
  const std::unique_ptr<Parts> parts_;
};

// Whether metrics may be served at `address`. They are plain HTTP without
// authentication and show how much a farm does: only to this machine, unless
// `open`. InvalidArgument names the flags that allow it.
Status CheckMetricsAddress(const std::string& address, bool open);

}  // namespace longtake::metrics
