#pragma once
// A mutex whose timed waits go by the steady clock. absl::Mutex waits until a
// time of the wall clock, so a clock that is set by an hour makes it wait an
// hour more, or not at all.

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"

namespace longtake {

// A moment of this process; no clock that is set moves it.
using SteadyTime = std::chrono::steady_clock::time_point;

inline SteadyTime SteadyNow() { return std::chrono::steady_clock::now(); }

// `from` + `by`, at most a year away, so that no sum overflows.
inline SteadyTime SteadyAfter(SteadyTime from, absl::Duration by) {
  constexpr absl::Duration kFarAway = absl::Hours(24 * 365);
  return from + absl::ToChronoNanoseconds(std::clamp(by, -kFarAway, kFarAway));
}

// Conditions are looked at again whenever someone unlocks, as absl::Mutex does.
// They run under the lock and must neither block nor lock.
class ABSL_LOCKABLE SteadyMutex {
 public:
  void Lock() ABSL_EXCLUSIVE_LOCK_FUNCTION() { mutex_.lock(); }
  void Unlock() ABSL_UNLOCK_FUNCTION() {
    changed_.notify_all();
    mutex_.unlock();
  }

  // Unlocks until `condition` holds.
  template <typename Condition>
  void Await(const Condition& condition)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(this) ABSL_NO_THREAD_SAFETY_ANALYSIS {
    std::unique_lock<std::mutex> lock(mutex_, std::adopt_lock);
    changed_.notify_all();
    changed_.wait(lock, condition);
    lock.release();
  }
  // Unlocks until `condition` holds, but at most until `end`; whether it does.
  template <typename Condition>
  bool AwaitUntil(const Condition& condition, SteadyTime end)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(this) ABSL_NO_THREAD_SAFETY_ANALYSIS {
    std::unique_lock<std::mutex> lock(mutex_, std::adopt_lock);
    changed_.notify_all();
    const bool holds = changed_.wait_until(lock, end, condition);
    lock.release();
    return holds;
  }
  template <typename Condition>
  bool AwaitFor(const Condition& condition, absl::Duration timeout)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(this) {
    return AwaitUntil(condition, SteadyAfter(SteadyNow(), timeout));
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
};

class ABSL_SCOPED_LOCKABLE SteadyMutexLock {
 public:
  explicit SteadyMutexLock(SteadyMutex* mutex)
      ABSL_EXCLUSIVE_LOCK_FUNCTION(mutex)
      : mutex_(mutex) {
    mutex_->Lock();
  }
  ~SteadyMutexLock() ABSL_UNLOCK_FUNCTION() { mutex_->Unlock(); }
  SteadyMutexLock(const SteadyMutexLock&) = delete;
  SteadyMutexLock& operator=(const SteadyMutexLock&) = delete;

 private:
  SteadyMutex* const mutex_;
};

}  // namespace longtake
