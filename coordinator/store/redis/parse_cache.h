#pragma once
// Parsed forms of immutable texts, by the text itself: a task's spec is parsed
// once, however often the task is looked at.

#include <memory>
#include <string>
#include <unordered_map>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "common/status/status.h"

namespace longtake::coordinator::redis {

// Thread-safe. Holds between `half_size` and twice as many texts; those not
// asked for lately go first.
template <typename T>
class ParseCache {
 public:
  using Parse = StatusOr<T> (*)(const std::string& text);
  ParseCache(Parse parse, size_t half_size)
      : parse_(parse), half_size_(half_size) {}

  StatusOr<std::shared_ptr<const T>> Get(const std::string& text) {
    {
      absl::MutexLock lock(&mutex_);
      if (auto known = Find(text)) return known;
    }
    LT_ASSIGN_OR_RETURN(T parsed, parse_(text));
    auto value = std::make_shared<const T>(std::move(parsed));
    absl::MutexLock lock(&mutex_);
    Put(text, value);
    return value;
  }

 private:
  using Map = std::unordered_map<std::string, std::shared_ptr<const T>>;

  std::shared_ptr<const T> Find(const std::string& text)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (const auto it = young_.find(text); it != young_.end()) {
      return it->second;
    }
    const auto it = old_.find(text);
    if (it == old_.end()) return nullptr;
    auto value = it->second;
    Put(text, value);
    return value;
  }
  void Put(const std::string& text, std::shared_ptr<const T> value)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (young_.size() >= half_size_) old_ = std::exchange(young_, {});
    young_[text] = std::move(value);
  }

  const Parse parse_;
  const size_t half_size_;
  absl::Mutex mutex_;
  Map young_ ABSL_GUARDED_BY(mutex_);
  Map old_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace longtake::coordinator::redis
