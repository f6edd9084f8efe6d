#include "coordinator/schedule/worker_directory.h"

#include <algorithm>
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

StatusOr<WorkerDirectory::Record> WorkerDirectory::Seen(
    const std::string& worker_id) {
  const absl::Time now = clock_.Now();
  const absl::Duration touch_every = std::min(kTouchEvery, timeout_ / 4);
  bool read_all = false;
  {
    absl::MutexLock lock(&mutex_);
    const auto it = known_.find(worker_id);
    if (it != known_.end() && it->second.touched <= now &&
        now - it->second.touched < touch_every) {
      if (IsFresh(it->second.read, now)) return it->second.record;
      // One reads for all; whoever comes meanwhile takes what is there.
      read_all = now >= next_list_ || next_list_ - now > kFresh;
      if (!read_all) return it->second.record;
      next_list_ = now + kFresh;
    }
  }
  if (read_all) {
    LT_RETURN_IF_ERROR(ReadAll());
    absl::MutexLock lock(&mutex_);
    const auto it = known_.find(worker_id);
    if (it != known_.end() && IsFresh(it->second.read, now)) {
      return it->second.record;
    }
  }
  LT_ASSIGN_OR_RETURN(WorkerRecord touched, store_.TouchWorker(worker_id, now));
  auto record = std::make_shared<const WorkerRecord>(std::move(touched));
  absl::MutexLock lock(&mutex_);
  known_[worker_id] = {record, now, now};
  return record;
}

Status WorkerDirectory::ReadAll() {
  const absl::Time now = clock_.Now();
  LT_ASSIGN_OR_RETURN(std::vector<WorkerRecord> workers,
                      store_.ListWorkers(now - timeout_));
  const auto live =
      std::make_shared<const std::vector<WorkerRecord>>(std::move(workers));
  absl::MutexLock lock(&mutex_);
  for (const WorkerRecord& worker : *live) {
    const auto it = known_.find(worker.worker_id);
    if (it == known_.end() || it->second.read > now) continue;
    it->second.record = Record(live, &worker);
    it->second.read = now;
  }
  // Whoever has gone is not remembered for ever.
  std::erase_if(known_, [now, this](const auto& entry) {
    return now - entry.second.touched > timeout_;
  });
  live_ = live;
  listed_ = now;
  return OkStatus();
}

StatusOr<WorkerDirectory::Record> WorkerDirectory::Look(
    const std::string& worker_id) {
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
  {
    absl::MutexLock lock(&mutex_);
    if (live_ != nullptr && IsFresh(listed_, clock_.Now())) return live_;
  }
  if (!ReadAll().ok()) return std::make_shared<std::vector<WorkerRecord>>();
  absl::MutexLock lock(&mutex_);
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
