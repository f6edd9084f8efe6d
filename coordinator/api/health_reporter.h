#pragma once
// Tells gRPC's health service what Readiness says, for "" and the names of both
// services.

#include <grpcpp/health_check_service_interface.h>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "common/health/readiness.h"

namespace longtake::coordinator {

// Thread-safe. Borrows both until it is destroyed; takes readiness' OnChange.
class HealthReporter {
 public:
  HealthReporter(grpc::HealthCheckServiceInterface& service,
                 Readiness& readiness);
  ~HealthReporter();
  HealthReporter(const HealthReporter&) = delete;
  HealthReporter& operator=(const HealthReporter&) = delete;

 private:
  void Report();

  grpc::HealthCheckServiceInterface& service_;
  Readiness& readiness_;
  // So that the last report is of the newest state.
  absl::Mutex mutex_;
};

}  // namespace longtake::coordinator
