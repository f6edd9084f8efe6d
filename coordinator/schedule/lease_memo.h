#pragma once
// The tasks that this coordinator has leased, as they were then: the report of
// one needs no reading of the state. Whether the lease still holds is the
// store's to say.

#include <memory>
#include <string>
#include <unordered_map>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "coordinator/store/records.h"

namespace longtake::coordinator {

struct LeasedTask {
  TaskInJob task;
  std::string key;  // TaskKey; empty = not computed yet
};

// Thread-safe. Forgets the oldest.
class LeaseMemo {
 public:
  void Note(const FencingToken& token, LeasedTask leased);
  // Null when it is not known, or was taken before.
  std::shared_ptr<const LeasedTask> Take(const FencingToken& token);
  void ForgetJob(const std::string& job_id);

  // It holds at most twice as many.
  static constexpr size_t kHalfSize = 4096;

 private:
  using Map =
      std::unordered_map<std::string, std::shared_ptr<const LeasedTask>>;

  absl::Mutex mutex_;
  Map young_ ABSL_GUARDED_BY(mutex_);
  Map old_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace longtake::coordinator
