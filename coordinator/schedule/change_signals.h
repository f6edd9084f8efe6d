#pragma once
// Tells waiters that something changed; what changed they read from the store.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace longtake::coordinator {

// Thread-safe. Callbacks run on the thread that made the change, without a
// lock; they must be quick and not block (schedule work instead). A callback
// may still be running, or run once more, when Unwatch returns: let it hold
// what it touches by weak_ptr.
class ChangeSignals {
 public:
  using Callback = std::function<void()>;

  uint64_t WatchJob(const std::string& job_id, Callback callback);
  // Tasks may have become ready, or may now fit somebody else.
  uint64_t WatchQueue(Callback callback);
  void Unwatch(uint64_t id);

  void JobChanged(const std::string& job_id);
  void QueueChanged();
  // Calls everybody: the service is about to end.
  void EverythingChanged();

 private:
  using Watchers = std::map<uint64_t, std::shared_ptr<const Callback>>;
  static void Call(const Watchers& watchers);

  absl::Mutex mutex_;
  uint64_t last_id_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<std::string, Watchers> by_job_ ABSL_GUARDED_BY(mutex_);
  std::map<uint64_t, std::string> job_of_ ABSL_GUARDED_BY(mutex_);
  Watchers queue_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace longtake::coordinator
