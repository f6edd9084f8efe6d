#pragma once
// How often each task at the head of the queue was gone past for one whose
// identity the asker held (see affinity.h). One coordinator's own count, lost
// with it: where several serve a queue, a task may be gone past that many times
// as often, which is a delay and no more.

#include <cstddef>
#include <string>
#include <unordered_map>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "coordinator/store/store.h"

namespace longtake::coordinator {

// Thread-safe.
class PassCounter {
 public:
  // Heads differ only between askers with different offers, so few are counted
  // at a time. Those that left the queue unseen (their job ended) add up until
  // there are so many; then counting starts anew.
  static constexpr size_t kMaxTasks = 4096;

  int Of(const ReadyTask& ready) const;
  void GonePast(const ReadyTask& ready);
  // It was leased or is gone.
  void Forget(const ReadyTask& ready);

 private:
  mutable absl::Mutex mutex_;
  std::unordered_map<std::string, int> passes_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace longtake::coordinator
