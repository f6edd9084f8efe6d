#pragma once
// A mutex whose timed waits go by the steady clock. absl::Mutex waits until a
// time of the wall clock, so a clock that is set by an hour makes it wait an
// hour more, or not at all.

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <vector>

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

// Conditions are looked at again whenever someone unlocks, as absl::Mutex does;
// only those that hold wake their threads. They run under the lock, on any
// thread, and must neither block nor lock.
class ABSL_LOCKABLE SteadyMutex {
 public:
  void Lock() ABSL_EXCLUSIVE_LOCK_FUNCTION() { mutex_.lock(); }
  void Unlock() ABSL_UNLOCK_FUNCTION() {
    WakeThoseThatMay();
    mutex_.unlock();
  }

  // Unlocks until `condition` holds.
  template <typename Condition>
  void Await(const Condition& condition)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(this) ABSL_NO_THREAD_SAFETY_ANALYSIS {
    if (condition()) return;
    Waiter waiter(condition);
    Enter(waiter);
    while (!condition()) waiter.changed.wait(*waiter.lock);
    Leave(waiter);
  }
  // Unlocks until `condition` holds, but at most until `end`; whether it does.
  template <typename Condition>
  bool AwaitUntil(const Condition& condition, SteadyTime end)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(this) ABSL_NO_THREAD_SAFETY_ANALYSIS {
    if (condition()) return true;
    Waiter waiter(condition);
    Enter(waiter);
    bool holds = false;
    while (!(holds = condition())) {
      if (waiter.changed.wait_until(*waiter.lock, end) ==
          std::cv_status::timeout) {
        holds = condition();
        break;
      }
    }
    Leave(waiter);
    return holds;
  }
  template <typename Condition>
  bool AwaitFor(const Condition& condition, absl::Duration timeout)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(this) {
    return AwaitUntil(condition, SteadyAfter(SteadyNow(), timeout));
  }

 private:
  // On the stack of the thread that waits.
  struct Waiter {
    template <typename Condition>
    explicit Waiter(const Condition& waits_for)
        : condition(&waits_for), holds(&Holds<Condition>) {}
    // Called under the lock alone. Conditions may be annotated to need it,
    // which this, whose type hides theirs, can't be.
    template <typename Condition>
    static bool Holds(const void* it) ABSL_NO_THREAD_SAFETY_ANALYSIS {
      return (*static_cast<const Condition*>(it))();
    }
    const void* const condition;
    bool (*const holds)(const void* condition);
    std::condition_variable changed;
    std::optional<std::unique_lock<std::mutex>> lock;
  };

  void Enter(Waiter& waiter) {
    // What this thread changed may be what another waits for.
    WakeThoseThatMay();
    waiters_.push_back(&waiter);
    waiter.lock.emplace(mutex_, std::adopt_lock);
  }
  void Leave(Waiter& waiter) {
    std::erase(waiters_, &waiter);
    waiter.lock->release();
  }
  void WakeThoseThatMay() {
    for (Waiter* waiter : waiters_) {
      if (waiter->holds(waiter->condition)) waiter->changed.notify_one();
    }
  }

  std::mutex mutex_;
  std::vector<Waiter*> waiters_;  // guarded by mutex_
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
