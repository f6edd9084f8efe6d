#pragma once
// A task that runs until a test tells it to finish, or its worker to stop.

#include <string>

#include "common/job/job.h"
#include "common/status/status.h"
#include "common/time/steady_mutex.h"
#include "worker/task/task_context.h"

namespace longtake::worker {

inline TaskResult PortraitResult() {
  AnalyzePortraitResult portrait;
  portrait.identity.sha256 = std::string(64, 'b');
  portrait.identity.size_bytes = 7;
  TaskResult result;
  result.result = portrait;
  return result;
}

// Thread-safe; several slots may run it.
class HeldTask {
 public:
  StatusOr<TaskResult> Run(const TaskSpec&, TaskContext& context) {
    context.ReportProgress(11);
    const std::stop_callback on_stop(context.stop, [this] { Wake(false); });
    SteadyMutexLock lock(&mutex_);
    ++running_;
    const auto ended = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return finished_ || context.stop.stop_requested();
    };
    mutex_.Await(ended);
    if (context.stop.stop_requested()) return Cancelled("stopped");
    return PortraitResult();
  }
  void Finish() { Wake(true); }
  bool AwaitRunning(int count) {
    SteadyMutexLock lock(&mutex_);
    const auto reached = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return running_ >= count;
    };
    return mutex_.AwaitFor(reached, absl::Seconds(20));
  }

 private:
  // Unlocking looks at the waiters' conditions again.
  void Wake(bool finish) {
    SteadyMutexLock lock(&mutex_);
    finished_ = finished_ || finish;
  }
  SteadyMutex mutex_;
  int running_ ABSL_GUARDED_BY(mutex_) = 0;
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace longtake::worker
