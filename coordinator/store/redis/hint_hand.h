#pragma once
// The queue entries that this coordinator has taken from the streams and may
// offer to its workers: a small hand, in the order of the queue.

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "coordinator/store/redis/keys.h"
#include "coordinator/store/store.h"

namespace longtake::coordinator::redis {

struct Hint {
  std::string queue_ref;  // see keys.h
  QueueName queue;
  std::string entry_id;  // in the queue's stream
  std::string job_id;
  std::string task_id;
  std::string value;  // "<order> <route>", as in the job's hash of queued tasks
  std::string identity;
  std::vector<std::string> avoid_workers;
  std::chrono::steady_clock::time_point taken_at;
  std::shared_ptr<const TaskInJob> task = nullptr;  // as of then
};

// "<order> <route>" -> order, route; zeros when it is none.
int64_t OrderOf(const std::string& value);
int64_t RouteOf(const std::string& value);

// Thread-safe. One hint a task. What it returns is the caller's to give back or
// to take out of its stream.
class HintHand {
 public:
  // The hint that lost its place to `hint`, or `hint` itself when the very same
  // one is held already.
  std::optional<Hint> Add(Hint hint);

  using Fits = std::function<bool(const Hint& hint, ReadyTask* task)>;
  // Those that fit, best first; they stay.
  std::vector<ReadyTask> Select(const std::optional<QueuePosition>& after,
                                size_t limit, const Fits& fits) const;

  std::optional<Hint> Take(const std::string& job_id,
                           const std::string& task_id);
  // Of the job, but those of `route`.
  std::vector<Hint> TakeJob(const std::string& job_id,
                            std::optional<int64_t> but_route);
  std::vector<Hint> TakeOlder(std::chrono::steady_clock::time_point than);
  std::vector<Hint> TakeAll();
  size_t CountIn(const std::string& queue_ref) const;

 private:
  using Entries = std::map<QueuePosition, Hint>;
  static std::string Key(const std::string& job_id, const std::string& task_id);
  std::vector<Hint> TakeIf(const std::function<bool(const Hint&)>& chosen);
  Hint Remove(Entries::iterator it) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable absl::Mutex mutex_;
  Entries entries_ ABSL_GUARDED_BY(mutex_);
  std::unordered_map<std::string, QueuePosition> index_ ABSL_GUARDED_BY(mutex_);
  std::unordered_map<std::string, size_t> counts_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace longtake::coordinator::redis
