#include "coordinator/schedule/worker_directory.h"

#include <utility>

#include "coordinator/policy/worker_health.h"

namespace longtake::coordinator {

void WorkerDirectory::Forget(const std::string& worker_id) {
  absl::MutexLock lock(&mutex_);
  known_.erase(worker_id);
  listed_ = absl::InfinitePast();
}

Status WorkerDirectory::Put(const WorkerRecord& worker) {
  LT_RETURN_IF_ERROR(store_.PutWorker(worker));
  Forget(worker.worker_id);
  return OkStatus();
}

StatusOr<WorkerRecord> WorkerDirectory::Seen(const std::string& worker_id) {
  const absl::Time now = clock_.Now();
  {
    absl::MutexLock lock(&mutex_);
    const auto it = known_.find(worker_id);
    if (it != known_.end() && now - it->second.touched < kFresh) {
      return it->second.record;
    }
  }
  LT_ASSIGN_OR_RETURN(WorkerRecord record, store_.TouchWorker(worker_id, now));
  absl::MutexLock lock(&mutex_);
  known_[worker_id] = {record, now};
  return record;
}

StatusOr<WorkerRecord> WorkerDirectory::Look(const std::string& worker_id) {
  Forget(worker_id);
  return Seen(worker_id);
}

Status WorkerDirectory::Drain(const std::string& worker_id) {
  LT_RETURN_IF_ERROR(store_.DrainWorker(worker_id));
  Forget(worker_id);
  return OkStatus();
}

Status WorkerDirectory::PutHealth(const std::string& worker_id,
                                  const WorkerHealth& health) {
  LT_RETURN_IF_ERROR(store_.PutWorkerHealth(worker_id, health));
  Forget(worker_id);
  return OkStatus();
}

WorkerDirectory::Snapshot WorkerDirectory::Live() {
  const absl::Time now = clock_.Now();
  {
    absl::MutexLock lock(&mutex_);
    if (live_ != nullptr && now - listed_ < kFresh) return live_;
  }
  auto workers = store_.ListWorkers(now - timeout_);
  if (!workers.ok()) return std::make_shared<std::vector<WorkerRecord>>();
  absl::MutexLock lock(&mutex_);
  live_ =
      std::make_shared<const std::vector<WorkerRecord>>(*std::move(workers));
  listed_ = now;
  // Whoever has gone is not remembered for ever.
  std::erase_if(known_, [now, this](const auto& entry) {
    return now - entry.second.touched > timeout_;
  });
  return live_;
}

int WorkerDirectory::LiveSlots() {
  int slots = 0;
  for (const WorkerRecord& worker : *Live()) {
    if (!worker.draining) slots += worker.slots;
  }
  return slots;
}

}  // namespace longtake::coordinator
