#pragma once
// Whether a process can do its work now, as named conditions ("redis",
// "registered") that must all hold. Each condition has one owner who says when
// it holds; health checks of every kind read the sum.

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace longtake {

// Thread-safe.
class Readiness {
 public:
  // Called without a lock after any change of a condition, on the thread that
  // made it; ask IsReady there. Set before threads start.
  void OnChange(std::function<void()> callback);

  // `reason`: why it does not hold, one line for a person, no secrets.
  void Hold(const std::string& condition);
  void Fail(const std::string& condition, const std::string& reason);

  bool IsReady() const;
  // "condition: reason" of each that does not hold; empty = ready.
  std::vector<std::string> Failing() const;

 private:
  void Put(const std::string& condition, const std::string& reason);

  mutable absl::Mutex mutex_;
  std::function<void()> on_change_ ABSL_GUARDED_BY(mutex_);
  // The reason of each condition; empty = it holds.
  std::map<std::string, std::string> reasons_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace longtake
