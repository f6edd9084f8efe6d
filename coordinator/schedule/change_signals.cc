#include "coordinator/schedule/change_signals.h"

namespace longtake::coordinator {

uint64_t ChangeSignals::WatchJob(const std::string& job_id, Callback callback) {
  absl::MutexLock lock(&mutex_);
  const uint64_t id = ++last_id_;
  by_job_[job_id][id] = std::make_shared<const Callback>(std::move(callback));
  job_of_[id] = job_id;
  return id;
}

uint64_t ChangeSignals::WatchQueue(Callback callback) {
  absl::MutexLock lock(&mutex_);
  const uint64_t id = ++last_id_;
  queue_[id] = std::make_shared<const Callback>(std::move(callback));
  return id;
}

void ChangeSignals::Unwatch(uint64_t id) {
  absl::MutexLock lock(&mutex_);
  queue_.erase(id);
  const auto it = job_of_.find(id);
  if (it == job_of_.end()) return;
  const auto watchers = by_job_.find(it->second);
  watchers->second.erase(id);
  if (watchers->second.empty()) by_job_.erase(watchers);
  job_of_.erase(it);
}

void ChangeSignals::Call(const Watchers& watchers) {
  for (const auto& [id, callback] : watchers) (*callback)();
}

void ChangeSignals::JobChanged(const std::string& job_id) {
  Watchers watchers;
  {
    absl::MutexLock lock(&mutex_);
    const auto it = by_job_.find(job_id);
    if (it == by_job_.end()) return;
    watchers = it->second;
  }
  Call(watchers);
}

void ChangeSignals::QueueChanged() {
  Watchers watchers;
  {
    absl::MutexLock lock(&mutex_);
    watchers = queue_;
  }
  Call(watchers);
}

void ChangeSignals::EverythingChanged() {
  Watchers watchers;
  {
    absl::MutexLock lock(&mutex_);
    watchers = queue_;
    for (const auto& [job_id, of_job] : by_job_) {
      watchers.insert(of_job.begin(), of_job.end());
    }
  }
  Call(watchers);
}

}  // namespace longtake::coordinator
