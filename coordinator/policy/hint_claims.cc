#include "coordinator/policy/hint_claims.h"

#include <fmt/format.h>

namespace longtake::coordinator {
namespace {

// Far above what may be tried or shown at a time.
constexpr size_t kMaxClaims = 16384;

}  // namespace

std::string HintClaims::Key(const ReadyTask& task) {
  return fmt::format("{} {} {}", task.position.order, task.job_id,
                     task.task_id);
}

bool HintClaims::Take(const ReadyTask& task) {
  std::string key = Key(task);
  absl::MutexLock lock(&mutex_);
  if (!taken_.insert(key).second) return false;
  order_.push_back(std::move(key));
  while (order_.size() > kMaxClaims) {
    taken_.erase(order_.front());
    order_.pop_front();
  }
  return true;
}

void HintClaims::Leave(const ReadyTask& task) {
  absl::MutexLock lock(&mutex_);
  taken_.erase(Key(task));
}

bool HintClaims::Has(const ReadyTask& task) const {
  absl::MutexLock lock(&mutex_);
  return taken_.contains(Key(task));
}

}  // namespace longtake::coordinator
