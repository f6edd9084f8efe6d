#pragma once
// The last results of a function that depends on its arguments alone. Segments
// share windows with their neighbours, which the same process often renders
// next.

#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace longtake::worker {

// Thread-safe.
template <typename T>
class RecentResults {
 public:
  explicit RecentResults(size_t most) : most_(most) {}

  // `key`: a digest of all arguments. Null where it is not kept.
  std::shared_ptr<const T> Find(const std::string& key) const {
    absl::MutexLock lock(&mutex_);
    for (const auto& [kept, result] : results_) {
      if (kept == key) return result;
    }
    return nullptr;
  }
  // The oldest goes where there are too many.
  void Add(std::string key, std::shared_ptr<const T> result) {
    absl::MutexLock lock(&mutex_);
    results_.emplace_back(std::move(key), std::move(result));
    if (results_.size() > most_) results_.pop_front();
  }

 private:
  const size_t most_;
  mutable absl::Mutex mutex_;
  std::deque<std::pair<std::string, std::shared_ptr<const T>>> results_
      ABSL_GUARDED_BY(mutex_);
};

}  // namespace longtake::worker
