#pragma once
// The leases that a worker holds: what the renewer reports, and how a running
// task hears that it must stop and why.

#include <atomic>
#include <cstdint>
#include <list>
#include <memory>
#include <stop_token>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "common/job/job.h"
#include "common/time/steady_mutex.h"
#include "worker/agent/farm_client.h"
#include "worker/agent/task_pace.h"

namespace longtake::worker {

// Why a running task was told to stop.
enum class StopReason {
  kNone,
  kLost,     // cancelled, or another worker has it: say nothing more about it
  kRelease,  // this worker drains: give the task back
  kAbandon,  // this worker stops at once: the lease runs out
};

// One held lease. Thread-safe.
class HeldLease {
 public:
  // `total_frames`: what the task's progress goes to; 0: not counted in frames.
  HeldLease(FencingToken token, int64_t total_frames)
      : token_(std::move(token)), total_frames_(total_frames) {}

  const FencingToken& token() const { return token_; }
  std::stop_token stop() const { return stop_.get_token(); }
  StopReason stop_reason() const { return reason_; }
  void SetFramesDone(int64_t frames);
  int64_t frames_done() const;
  TaskPace Pace() const;  // as of now

  // The first reason counts, but for kAbandon, which overrides.
  void Stop(StopReason reason);

 private:
  const FencingToken token_;
  const int64_t total_frames_;
  std::stop_source stop_;
  std::atomic<StopReason> reason_ = StopReason::kNone;

  mutable absl::Mutex mutex_;
  int64_t frames_done_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t frames_at_first_ ABSL_GUARDED_BY(mutex_) = 0;
  SteadyTime first_at_ ABSL_GUARDED_BY(mutex_);
};

// Thread-safe.
class LeaseTable {
 public:
  std::shared_ptr<HeldLease> Add(const FencingToken& token,
                                 int64_t total_frames);
  void Remove(const HeldLease* lease);

  std::vector<std::shared_ptr<HeldLease>> Snapshot() const;
  std::vector<LeaseReport> Reports() const;
  // Tokens that are not held are ignored: their task has just ended.
  void StopTokens(const std::vector<FencingToken>& tokens);
  void StopAll(StopReason reason);

 private:
  mutable absl::Mutex mutex_;
  std::list<std::shared_ptr<HeldLease>> held_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace longtake::worker
