#pragma once
// A worker's life with a farm: registers, polls for tasks with as many slots as
// it was given, renews all its leases, reports each attempt once, and drains.
//
// A finished result is kept and its report repeated until the coordinator
// answers: accepted, or refused as stale (then it is dropped: another attempt
// counts). Any coordinator of the farm takes any call, so leases and results
// outlive the one they came from. A lost connection is tried again with
// back-off for as long as the worker lives; work under way goes on meanwhile.
// No wait depends on the wall clock.

#include <grpcpp/channel.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/artifact/artifact_store.h"
#include "common/health/readiness.h"
#include "common/job/job.h"
#include "common/provenance/watermark_key.h"
#include "common/rpc/coordinator_list.h"
#include "common/status/status.h"
#include "common/time/steady_mutex.h"
#include "worker/agent/backoff.h"
#include "worker/agent/farm_client.h"
#include "worker/agent/lease_table.h"
#include "worker/engine/engine.h"
#include "worker/metrics/worker_metrics.h"
#include "worker/task/task_context.h"

namespace longtake::worker {

// Thread-safe. Owns its threads: one a slot, and one that registers and renews.
class WorkerAgent {
 public:
  // Runs a leased task. Called from several slots at once.
  using TaskRunner =
      std::function<StatusOr<TaskResult>(const TaskSpec&, TaskContext&)>;

  struct Options {
    std::string worker_id;  // unique in the farm
    std::string build_version = "unversioned";
    std::shared_ptr<CoordinatorList> coordinators;
    std::shared_ptr<grpc::Channel> channel;  // instead, where there is only one
    std::shared_ptr<ArtifactStore> artifacts;
    std::vector<std::shared_ptr<const Engine>> engines;  // at least one
    int slots = 1;
    // What tasks may ask for.
    std::vector<std::string> pools;
    int64_t gpu_memory_bytes = 0;
    std::vector<std::string> capabilities;
    // Of the watermarks that it can draw; null = the public key alone.
    std::shared_ptr<const WatermarkKeys> watermark_keys;
    TaskRunner run_task;    // empty: RunTask of worker/task
    WorkerMetrics metrics;  // default: counts nothing
    // Told "registered" and "draining"; optional, outlives the agent.
    Readiness* readiness = nullptr;

    absl::Duration poll_wait = absl::Seconds(20);
    absl::Duration rpc_deadline = absl::Seconds(15);
    absl::Duration first_backoff = absl::Milliseconds(100);
    absl::Duration longest_backoff = absl::Seconds(5);
    // What a drain gives running tasks to finish before they are released (at
    // once where a render's pace says that it won't), and what it then gives
    // reports to arrive.
    absl::Duration drain_grace = absl::Seconds(20);
    absl::Duration report_grace = absl::Seconds(5);
  };

  // Returns at once; registering goes on behind it. InvalidArgument for options
  // that can't work; FailedPrecondition where FFmpeg has no libx264.
  static StatusOr<std::unique_ptr<WorkerAgent>> Start(Options options);
  // Stop().
  ~WorkerAgent();
  WorkerAgent(const WorkerAgent&) = delete;
  WorkerAgent& operator=(const WorkerAgent&) = delete;

  // OK once the coordinator knows this worker; the coordinator's refusal; or
  // DeadlineExceeded with the last error.
  Status WaitUntilRegistered(absl::Duration timeout);

  // Leases no more, lets tasks finish that can within drain_grace, and gives
  // the others back. Returns at once; Wait waits for the end of it.
  void Drain();

  // Waits until the worker has ended: after Drain, Stop or a drain that the
  // coordinator asked for (OK), or after it was refused (the refusal).
  Status Wait();
  // As Wait, for at most `timeout`; false when it still runs.
  bool WaitFor(absl::Duration timeout);

  // Ends at once, reporting nothing: leases run out on the other side. Returns
  // when all threads have ended. Idempotent.
  void Stop();

 private:
  enum class Phase { kRunning, kDraining, kStopping };

  WorkerAgent(Options options, const std::string& encoder_version);

  void RunSlot();
  bool AwaitTurn() ABSL_LOCKS_EXCLUDED(mutex_);
  LeaseAnswer Execute(OfferedTask offered, RendererCache& renderers);
  StatusOr<TaskResult> RunOffered(const OfferedTask& offered, HeldLease& lease,
                                  RendererCache& renderers);
  // `next`: what the answer says of the slot's next task.
  TaskOutcome Report(const StatusOr<TaskResult>& result, HeldLease& lease,
                     const std::string& held_identity, LeaseAnswer* next);
  // Of an attempt whose report was answered, or given up.
  TaskOutcome OutcomeOf(const Status& answer, TaskOutcome reported,
                        const HeldLease& lease) const;
  void CountTask(const OfferedTask& offered, const StatusOr<TaskResult>& result,
                 TaskOutcome outcome, absl::Duration run) const;
  Status RepeatUntilAnswered(
      HeldLease& lease, const std::function<Status(std::stop_token)>& report);

  void RunControl();
  StatusOr<absl::Duration> Register();
  // Both return how long the next may wait.
  absl::Duration RegisterOnce(Backoff& backoff) ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Duration RenewOnce(Backoff& backoff) ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Duration RenewalInterval() ABSL_LOCKS_EXCLUDED(mutex_);
  void EnforceDrain() ABSL_LOCKS_EXCLUDED(mutex_);
  void ReleaseWhatWillNotFinish(absl::Duration left)
      ABSL_LOCKS_EXCLUDED(mutex_);
  void NotePace(const HeldLease& lease) ABSL_LOCKS_EXCLUDED(mutex_);
  void RegisterAgain() ABSL_LOCKS_EXCLUDED(mutex_);
  void ShowRegistered(bool registered);
  void BeginStop(const Status& why) ABSL_LOCKS_EXCLUDED(mutex_);

  // Sleeps; false as soon as the worker stops.
  bool SleepUnlessStopping(absl::Duration duration) ABSL_LOCKS_EXCLUDED(mutex_);
  const Engine* FindEngine(const std::string& name) const;

  const Options options_;
  const WorkerIdentity identity_;
  FarmClient client_;
  LeaseTable leases_;
  // Ends long polls when a drain begins, and every call when the worker stops.
  std::stop_source poll_stop_;
  std::stop_source call_stop_;

  SteadyMutex mutex_;
  Phase phase_ ABSL_GUARDED_BY(mutex_) = Phase::kRunning;
  SteadyTime drain_began_ ABSL_GUARDED_BY(mutex_);
  // Of the last render that came to its end here.
  std::optional<absl::Duration> usual_per_frame_ ABSL_GUARDED_BY(mutex_);
  bool registered_ ABSL_GUARDED_BY(mutex_) = false;
  bool ever_registered_ ABSL_GUARDED_BY(mutex_) = false;
  Status last_error_ ABSL_GUARDED_BY(mutex_);
  Status end_status_ ABSL_GUARDED_BY(mutex_);
  absl::Duration lease_ ABSL_GUARDED_BY(mutex_) = absl::Seconds(30);
  int live_slots_ ABSL_GUARDED_BY(mutex_) = 0;
  bool control_ended_ ABSL_GUARDED_BY(mutex_) = false;

  absl::Mutex join_mutex_;  // before mutex_
  std::vector<std::jthread> threads_ ABSL_GUARDED_BY(join_mutex_);
};

}  // namespace longtake::worker
