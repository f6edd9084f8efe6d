#pragma once
// An Executor with its own threads and a bounded queue.

#include <cstddef>
#include <deque>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "common/concurrency/executor.h"

namespace longtake {

// Thread-safe. The destructor runs what was accepted, then joins; it must not
// be called from one of the pool's own tasks.
class ThreadPool final : public Executor {
 public:
  struct Options {
    int threads = 2;
    size_t max_queued = 4096;
  };
  explicit ThreadPool(Options options);
  ~ThreadPool() override;
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  Status Schedule(Task task) override;
  // Refuses new tasks, runs what was accepted, joins. Idempotent.
  void Shutdown();

 private:
  void RunTasks();
  bool HasWorkOrStopping() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const size_t max_queued_;
  absl::Mutex mutex_;
  std::deque<Task> queue_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Mutex join_mutex_;
  std::vector<std::jthread> threads_ ABSL_GUARDED_BY(join_mutex_);
};

}  // namespace longtake
