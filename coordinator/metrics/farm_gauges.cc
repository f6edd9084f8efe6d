#include <string>

#include "coordinator/metrics/coordinator_metrics.h"
#include "coordinator/metrics/metric_infos.h"

namespace longtake::coordinator {
namespace {

using metrics::GaugeTable;
using metrics::MakeCounter;
using metrics::MakeGauge;
using metrics::MakeGaugeTable;

// Stands for tasks that any pool may take, and for all workers.
constexpr char kAnyPool[] = "any";

}  // namespace

FarmGauges::FarmGauges(metrics::Registry* registry)
    : queue_tasks_(MakeGaugeTable(registry, infos::kQueueTasks)),
      pool_slots_(MakeGaugeTable(registry, infos::kPoolSlots)),
      pool_busy_(MakeGaugeTable(registry, infos::kPoolBusy)),
      pool_workers_(MakeGaugeTable(registry, infos::kPoolWorkers)),
      certificate_expiry_(MakeGaugeTable(registry, infos::kCertificateExpiry)),
      leases_(MakeGauge(registry, infos::kLeasesHeld)),
      parked_polls_(MakeGauge(registry, infos::kParkedPolls)),
      ready_(MakeGauge(registry, infos::kReady)),
      store_up_(MakeGauge(registry, infos::kStoreUp)),
      artifact_free_(MakeGauge(registry, infos::kArtifactFree)),
      artifact_size_(MakeGauge(registry, infos::kArtifactSize)),
      epoch_(MakeGauge(registry, infos::kEpoch)),
      recoveries_(MakeCounter(registry, infos::kRecoveries)),
      recovered_jobs_(MakeCounter(registry, infos::kRecoveredJobs)),
      uploaded_(MakeCounter(registry, infos::kUploaded)),
      downloaded_(MakeCounter(registry, infos::kDownloaded)) {
  const auto job = [registry](const char* state) {
    return MakeGauge(registry, infos::kJobs, {{"state", state}});
  };
  running_jobs_ = job("running");
  queued_jobs_ = job("queued");
  paused_jobs_ = job("paused");
  const auto worker = [registry](const char* state) {
    return MakeGauge(registry, infos::kWorkers, {{"state", state}});
  };
  idle_workers_ = worker("idle");
  busy_workers_ = worker("busy");
  draining_workers_ = worker("draining");
  quarantined_workers_ = worker("quarantined");
}

void FarmGauges::Show(const FarmSample& sample) const {
  GaugeTable::Rows tasks;
  for (const FarmSample::Queue& queue : sample.queues) {
    const auto add = [&](const char* state, int64_t count) {
      tasks[{{"pool", queue.pool.empty() ? kAnyPool : queue.pool},
             {"priority", std::to_string(queue.priority)},
             {"state", state}}] += static_cast<double>(count);
    };
    add("backlog", queue.backlog);
    add("queued", queue.queued);
    add("leased", queue.leased);
    add("waiting_retry", queue.waiting_retry);
  }
  queue_tasks_.Replace(std::move(tasks));

  GaugeTable::Rows workers, slots, busy;
  const auto add = [&](const std::string& pool,
                       const FarmSample::Workers& of_pool) {
    const metrics::Labels labels = {{"pool", pool}};
    workers[labels] = static_cast<double>(of_pool.workers);
    slots[labels] = static_cast<double>(of_pool.slots);
    busy[labels] = static_cast<double>(of_pool.busy);
  };
  for (const auto& [pool, of_pool] : sample.by_pool) add(pool, of_pool);
  add(kAnyPool, sample.all);
  pool_workers_.Replace(std::move(workers));
  pool_slots_.Replace(std::move(slots));
  pool_busy_.Replace(std::move(busy));

  running_jobs_.Set(static_cast<double>(sample.running_jobs));
  queued_jobs_.Set(static_cast<double>(sample.queued_jobs));
  paused_jobs_.Set(static_cast<double>(sample.paused_jobs));
  leases_.Set(static_cast<double>(sample.leases));
  idle_workers_.Set(static_cast<double>(sample.idle_workers));
  busy_workers_.Set(static_cast<double>(sample.busy_workers));
  draining_workers_.Set(static_cast<double>(sample.draining_workers));
  quarantined_workers_.Set(static_cast<double>(sample.quarantined_workers));
}

void FarmGauges::ShowArtifactSpace(int64_t free_bytes,
                                   int64_t total_bytes) const {
  artifact_free_.Set(static_cast<double>(free_bytes));
  artifact_size_.Set(static_cast<double>(total_bytes));
}

void FarmGauges::ShowCertificateExpiry(absl::Time expires) const {
  certificate_expiry_.Replace(
      {{{}, static_cast<double>(absl::ToUnixSeconds(expires))}});
}

}  // namespace longtake::coordinator
