// How a WorkerAgent ends on request: what can finish does, the rest is given
// back while there is time to.

#include <optional>

#include "common/log/log.h"
#include "worker/agent/task_pace.h"
#include "worker/agent/worker_agent.h"

namespace longtake::worker {

void WorkerAgent::Drain() {
  {
    SteadyMutexLock lock(&mutex_);
    if (phase_ != Phase::kRunning) return;
    phase_ = Phase::kDraining;
    drain_began_ = SteadyNow();
  }
  Log(LogLevel::kInfo, "worker drains", {{"worker", options_.worker_id}});
  options_.metrics.ShowDraining();
  if (options_.readiness != nullptr) {
    options_.readiness->Fail("draining", "this worker takes no more tasks");
  }
  // An answer that crosses this is a lease that nobody knows of; it runs out.
  poll_stop_.request_stop();
}

void WorkerAgent::EnforceDrain() {
  absl::Duration drained = absl::ZeroDuration();
  {
    SteadyMutexLock lock(&mutex_);
    if (phase_ != Phase::kDraining) return;
    drained = absl::FromChrono(SteadyNow() - drain_began_);
  }
  if (drained >= options_.drain_grace + options_.report_grace) {
    Log(LogLevel::kWarning, "drain ran out of time",
        {{"worker", options_.worker_id}});
    BeginStop(OkStatus());
  } else if (drained >= options_.drain_grace) {
    leases_.StopAll(StopReason::kRelease);
  } else {
    ReleaseWhatWillNotFinish(options_.drain_grace - drained);
  }
}

void WorkerAgent::ReleaseWhatWillNotFinish(absl::Duration left) {
  std::optional<absl::Duration> usual;
  {
    SteadyMutexLock lock(&mutex_);
    usual = usual_per_frame_;
  }
  for (const auto& lease : leases_.Snapshot()) {
    if (lease->stop_reason() != StopReason::kNone) continue;
    const std::optional<absl::Duration> remaining =
        EstimateRemaining(lease->Pace(), usual);
    if (!remaining.has_value() || *remaining <= left) continue;
    Log(LogLevel::kInfo, "task does not fit the drain, given back",
        {{"job", lease->token().job_id},
         {"task", lease->token().task_id},
         {"attempt", lease->token().attempt},
         {"worker", options_.worker_id},
         {"remaining_ms", absl::ToInt64Milliseconds(*remaining)},
         {"left_ms", absl::ToInt64Milliseconds(left)}});
    lease->Stop(StopReason::kRelease);
  }
}

void WorkerAgent::NotePace(const HeldLease& lease) {
  const std::optional<absl::Duration> per_frame = TimePerFrame(lease.Pace());
  if (!per_frame.has_value()) return;
  SteadyMutexLock lock(&mutex_);
  usual_per_frame_ = per_frame;
}

}  // namespace longtake::worker
