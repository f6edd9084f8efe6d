#include "coordinator/api/health_reporter.h"

#include "longtake/v1/farm.grpc.pb.h"
#include "longtake/v1/worker.grpc.pb.h"

namespace longtake::coordinator {

HealthReporter::HealthReporter(grpc::HealthCheckServiceInterface& service,
                               Readiness& readiness)
    : service_(service), readiness_(readiness) {
  readiness_.OnChange([this] { Report(); });
  Report();
}

HealthReporter::~HealthReporter() { readiness_.OnChange(nullptr); }

void HealthReporter::Report() {
  absl::MutexLock lock(&mutex_);
  const bool ready = readiness_.IsReady();
  for (const char* name : {"", v1::Farm::service_full_name(),
                           v1::WorkerFarm::service_full_name()}) {
    service_.SetServingStatus(name, ready);
  }
}

}  // namespace longtake::coordinator
