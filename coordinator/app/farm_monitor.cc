#include "coordinator/app/farm_monitor.h"

#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <system_error>
#include <utility>

namespace longtake::coordinator {

FarmMonitor::FarmMonitor(const FarmGauges& gauges, const Readiness& readiness,
                         Sources sources, absl::Duration interval)
    : gauges_(gauges),
      readiness_(readiness),
      sources_(std::move(sources)),
      interval_(interval),
      thread_([this](std::stop_token stop) { Run(stop); }) {}

FarmMonitor::~FarmMonitor() = default;

void FarmMonitor::Run(std::stop_token stop) {
  // Of the steady clock: a clock that is set changes no interval.
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  while (!stop.stop_requested()) {
    Look();
    never.wait_for(lock, stop, absl::ToChronoNanoseconds(interval_),
                   [] { return false; });
  }
}

void FarmMonitor::Look() {
  gauges_.ShowReady(readiness_.IsReady());
  gauges_.ShowParkedPolls(sources_.parked_polls());
  gauges_.ShowEpoch(sources_.epoch());
  std::error_code error;
  const auto space = std::filesystem::space(sources_.artifacts_path, error);
  if (!error) {
    gauges_.ShowArtifactSpace(static_cast<int64_t>(space.available),
                              static_cast<int64_t>(space.capacity));
  }
  if (sources_.certificate_expiry) {
    const StatusOr<absl::Time> expiry = sources_.certificate_expiry();
    if (expiry.ok()) gauges_.ShowCertificateExpiry(*expiry);
  }
  const StatusOr<FarmSample> sample = sources_.sample();
  gauges_.ShowStoreUp(sample.ok());
  if (sample.ok()) gauges_.Show(*sample);
}

}  // namespace longtake::coordinator
