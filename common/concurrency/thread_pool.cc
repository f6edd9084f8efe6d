#include "common/concurrency/thread_pool.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace longtake {

ThreadPool::ThreadPool(Options options) : max_queued_(options.max_queued) {
  absl::MutexLock lock(&join_mutex_);
  const int threads = std::max(1, options.threads);
  threads_.reserve(threads);
  for (int i = 0; i < threads; ++i) {
    threads_.emplace_back([this] { RunTasks(); });
  }
}

ThreadPool::~ThreadPool() { Shutdown(); }

Status ThreadPool::Schedule(Task task) {
  absl::MutexLock lock(&mutex_);
  if (stopping_) return Unavailable("shutting down");
  if (queue_.size() >= max_queued_) {
    return ResourceExhausted(
        fmt::format("{} tasks are waiting already", max_queued_));
  }
  queue_.push_back(std::move(task));
  return OkStatus();
}

void ThreadPool::Shutdown() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  absl::MutexLock lock(&join_mutex_);
  threads_.clear();  // std::jthread joins
}

bool ThreadPool::HasWorkOrStopping() const {
  return stopping_ || !queue_.empty();
}

void ThreadPool::RunTasks() {
  while (true) {
    Task task;
    {
      absl::MutexLock lock(&mutex_);
      mutex_.Await(absl::Condition(this, &ThreadPool::HasWorkOrStopping));
      if (queue_.empty()) return;
      task = std::move(queue_.front());
      queue_.pop_front();
    }
    std::move(task)();
  }
}

}  // namespace longtake
