#include "coordinator/policy/pass_counter.h"

namespace longtake::coordinator {
namespace {

std::string NameOf(const ReadyTask& ready) {
  return ready.job_id + "/" + ready.task_id;
}

}  // namespace

int PassCounter::Of(const ReadyTask& ready) const {
  absl::MutexLock lock(&mutex_);
  const auto it = passes_.find(NameOf(ready));
  return it == passes_.end() ? 0 : it->second;
}

void PassCounter::GonePast(const ReadyTask& ready) {
  absl::MutexLock lock(&mutex_);
  if (passes_.size() >= kMaxTasks) passes_.clear();
  ++passes_[NameOf(ready)];
}

void PassCounter::Forget(const ReadyTask& ready) {
  absl::MutexLock lock(&mutex_);
  passes_.erase(NameOf(ready));
}

}  // namespace longtake::coordinator
