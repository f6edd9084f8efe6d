#pragma once
// Which hints of the queue this coordinator tries at the moment, or has used
// up. Many workers ask at once, and each is shown the same best tasks: without
// claims all would try the first, and all but one in vain.

#include <cstdint>
#include <deque>
#include <string>
#include <unordered_set>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "coordinator/store/store.h"

namespace longtake::coordinator {

// Thread-safe. A task that goes back into the queue gets another place in it,
// and so is free again.
class HintClaims {
 public:
  // False when somebody has it.
  bool Take(const ReadyTask& task);
  // It was not leased after all.
  void Leave(const ReadyTask& task);
  bool Has(const ReadyTask& task) const;

 private:
  static std::string Key(const ReadyTask& task);

  mutable absl::Mutex mutex_;
  std::unordered_set<std::string> taken_ ABSL_GUARDED_BY(mutex_);
  std::deque<std::string> order_ ABSL_GUARDED_BY(mutex_);  // oldest first
};

}  // namespace longtake::coordinator
