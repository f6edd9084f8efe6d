#pragma once
// A first-in first-out queue of limited size between pipeline stages: a fast
// producer waits, so memory stays flat.

#include <cstddef>
#include <deque>
#include <optional>
#include <stop_token>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace longtake {

// Thread-safe, any number of producers and consumers. It must outlive all of
// its waiters.
template <typename T>
class BoundedQueue {
 public:
  // capacity: at least 1.
  explicit BoundedQueue(size_t capacity)
      : capacity_(capacity == 0 ? 1 : capacity) {}
  BoundedQueue(const BoundedQueue&) = delete;
  BoundedQueue& operator=(const BoundedQueue&) = delete;

  // Waits for room. False, and `item` is dropped, once the queue is closed or
  // `stop` was requested.
  bool Push(T item, std::stop_token stop = {}) {
    // Made before the lock and destroyed after it: the callback locks.
    const std::stop_callback wake(stop, [this] { WakeAll(); });
    absl::MutexLock lock(&mutex_);
    const auto ready = [this, &stop]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return closed_ || items_.size() < capacity_ || stop.stop_requested();
    };
    mutex_.Await(absl::Condition(&ready));
    if (closed_ || stop.stop_requested()) return false;
    items_.push_back(std::move(item));
    return true;
  }

  // Waits for an item. Nothing once the queue is closed and empty, or at once
  // when `stop` was requested.
  std::optional<T> Pop(std::stop_token stop = {}) {
    const std::stop_callback wake(stop, [this] { WakeAll(); });
    absl::MutexLock lock(&mutex_);
    const auto ready = [this, &stop]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return closed_ || !items_.empty() || stop.stop_requested();
    };
    mutex_.Await(absl::Condition(&ready));
    if (items_.empty() || stop.stop_requested()) return std::nullopt;
    std::optional<T> item(std::move(items_.front()));
    items_.pop_front();
    return item;
  }

  // No more items: producers are refused, consumers get what is left. The end
  // of a stream, or of a pipeline that failed (then the consumer leaves).
  void Close() {
    absl::MutexLock lock(&mutex_);
    closed_ = true;
  }

  size_t size() const {
    absl::MutexLock lock(&mutex_);
    return items_.size();
  }

 private:
  // Unlocking re-evaluates the waiters' conditions.
  void WakeAll() { absl::MutexLock lock(&mutex_); }

  const size_t capacity_;
  mutable absl::Mutex mutex_;
  std::deque<T> items_ ABSL_GUARDED_BY(mutex_);
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace longtake
