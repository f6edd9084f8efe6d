// The slots of a WorkerAgent: lease, run, report.

#include <exception>
#include <new>
#include <utility>
#include <variant>

#include "common/log/log.h"
#include "fmt/format.h"
#include "worker/agent/worker_agent.h"

namespace longtake::worker {
namespace {

// The report did not get through, or the coordinator could not take it just
// now. Everything else is an answer.
bool IsWorthRepeating(StatusCode code) {
  return code == StatusCode::kUnavailable ||
         code == StatusCode::kDeadlineExceeded ||
         code == StatusCode::kResourceExhausted ||
         code == StatusCode::kInternal || code == StatusCode::kUnknown ||
         code == StatusCode::kCancelled;
}

// What the task's progress counts to; 0 where it does not count frames.
int64_t FramesOf(const StatusOr<TaskSpec>& spec) {
  if (!spec.ok()) return 0;
  const auto* render = std::get_if<RenderTask>(&spec->task);
  return render == nullptr ? 0 : render->range.size();
}

void LogTask(LogLevel level, const std::string& event,
             const std::string& worker, const FencingToken& token,
             const Status& error = OkStatus()) {
  const LogField job("job", token.job_id);
  const LogField task("task", token.task_id);
  const LogField attempt("attempt", token.attempt);
  const LogField epoch("epoch", token.epoch);
  const LogField by("worker", worker);
  if (error.ok()) {
    Log(level, event, {job, task, attempt, epoch, by});
  } else {
    Log(level, event, {job, task, attempt, epoch, by, {"error", error}});
  }
}

}  // namespace

bool WorkerAgent::AwaitTurn() {
  SteadyMutexLock lock(&mutex_);
  const auto turn = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return registered_ || phase_ != Phase::kRunning;
  };
  mutex_.Await(turn);
  return phase_ == Phase::kRunning;
}

void WorkerAgent::RunSlot() {
  RendererCache renderers;
  Backoff backoff(options_.first_backoff, options_.longest_backoff,
                  options_.worker_id);
  while (AwaitTurn()) {
    StatusOr<LeaseAnswer> answer = client_.Lease(
        options_.poll_wait, renderers.held_identity(), poll_stop_.get_token());
    if (answer.ok()) {
      backoff.Reset();
      const bool worked = answer->task.has_value();
      // A report's answer may bring the next task along.
      while (answer->task.has_value()) {
        if (answer->drain) Drain();
        answer = Execute(*std::move(answer->task), renderers);
      }
      if (answer->drain) Drain();
      if (!worked) {
        // A coordinator that answers at once must not be polled in a tight
        // loop.
        SleepUnlessStopping(options_.first_backoff);
      }
    } else if (!poll_stop_.stop_requested()) {
      Log(LogLevel::kDebug, "poll failed",
          {{"worker", options_.worker_id}, {"error", answer.status()}});
      if (answer.status().code() == StatusCode::kNotFound) RegisterAgain();
      SleepUnlessStopping(backoff.Next());
    }
  }
  SteadyMutexLock lock(&mutex_);
  --live_slots_;
}

LeaseAnswer WorkerAgent::Execute(OfferedTask offered,
                                 RendererCache& renderers) {
  const std::shared_ptr<HeldLease> lease =
      leases_.Add(offered.token, FramesOf(offered.spec));
  if (poll_stop_.stop_requested()) lease->Stop(StopReason::kRelease);
  LogTask(LogLevel::kInfo, "task leased", options_.worker_id, lease->token());
  const SteadyTime began = SteadyNow();
  options_.metrics.TaskBegan();
  const StatusOr<TaskResult> result =
      lease->stop().stop_requested()
          ? StatusOr<TaskResult>(Cancelled("the worker drains"))
          : RunOffered(offered, *lease, renderers);
  if (result.ok()) {
    NotePace(*lease);
  } else {
    renderers.Drop();
  }
  LeaseAnswer next;
  const TaskOutcome outcome =
      Report(result, *lease, renderers.held_identity(), &next);
  leases_.Remove(lease.get());
  CountTask(offered, result, outcome, absl::FromChrono(SteadyNow() - began));
  return next;
}

void WorkerAgent::CountTask(const OfferedTask& offered,
                            const StatusOr<TaskResult>& result,
                            TaskOutcome outcome, absl::Duration run) const {
  // What could not be read has no kind; it counts as the first.
  const TaskKind kind =
      offered.spec.ok() ? offered.spec->kind() : TaskKind::kAnalyzeAudio;
  options_.metrics.TaskEnded(kind, outcome, run);
  if (outcome != TaskOutcome::kCompleted) return;
  const auto* render = std::get_if<RenderTask>(&offered.spec->task);
  const auto* rendered = std::get_if<RenderResult>(&result->result);
  if (render == nullptr || rendered == nullptr) return;
  options_.metrics.SegmentRendered(rendered->frames, render->output.rate,
                                   result->timings);
}

TaskOutcome WorkerAgent::OutcomeOf(const Status& answer, TaskOutcome reported,
                                   const HeldLease& lease) const {
  if (answer.ok()) return reported;
  if (lease.stop_reason() == StopReason::kLost) return TaskOutcome::kDropped;
  return call_stop_.stop_requested() ? TaskOutcome::kAbandoned
                                     : TaskOutcome::kRefused;
}

StatusOr<TaskResult> WorkerAgent::RunOffered(const OfferedTask& offered,
                                             HeldLease& lease,
                                             RendererCache& renderers) {
  LT_RETURN_IF_ERROR(offered.spec.status());
  const Engine* engine = FindEngine(offered.spec->engine);
  if (engine == nullptr) {
    return ResourceExhausted(fmt::format("worker {} has no engine \"{}\"",
                                         options_.worker_id,
                                         offered.spec->engine));
  }
  TaskContext context{*options_.artifacts,
                      *engine,
                      renderers,
                      lease.stop(),
                      [&lease](int64_t frames) { lease.SetFramesDone(frames); },
                      options_.watermark_keys.get()};
  // Nothing of ours throws, but a library or the allocator may, and a slot's
  // thread must outlive it.
  try {
    return options_.run_task(*offered.spec, context);
  } catch (const std::bad_alloc&) {
    return ResourceExhausted(
        fmt::format("worker {}: out of memory", options_.worker_id));
  } catch (const std::exception& e) {
    return Internal(fmt::format("worker {}: {}", options_.worker_id, e.what()));
  }
}

TaskOutcome WorkerAgent::Report(const StatusOr<TaskResult>& result,
                                HeldLease& lease,
                                const std::string& held_identity,
                                LeaseAnswer* next) {
  const FencingToken& token = lease.token();
  const StopReason reason = lease.stop_reason();
  if (reason == StopReason::kLost || reason == StopReason::kAbandon) {
    LogTask(LogLevel::kInfo, "task dropped", options_.worker_id, token,
            result.status());
    return reason == StopReason::kLost ? TaskOutcome::kDropped
                                       : TaskOutcome::kAbandoned;
  }
  LogLevel level = LogLevel::kInfo;
  std::string event = "task completed";
  TaskOutcome outcome = TaskOutcome::kCompleted;
  Status answer;
  if (result.ok()) {
    bool lease_next = true;
    answer = RepeatUntilAnswered(lease, [&](std::stop_token stop) {
      const auto taken = client_.Complete(
          token, *result,
          std::exchange(lease_next, false) && !poll_stop_.stop_requested(),
          held_identity, stop);
      if (taken.ok()) *next = *taken;
      return taken.status();
    });
  } else if (reason == StopReason::kRelease) {
    event = "task released";
    outcome = TaskOutcome::kReleased;
    answer = RepeatUntilAnswered(lease, [&](std::stop_token stop) {
      return client_.Release(token, stop);
    });
  } else {
    level = LogLevel::kWarning;
    event = "task failed";
    outcome = TaskOutcome::kFailed;
    answer = RepeatUntilAnswered(lease, [&](std::stop_token stop) {
      return client_.Fail(token, result.status(), stop);
    });
  }
  LogTask(level, event, options_.worker_id, token, result.status());
  if (!answer.ok() && call_stop_.stop_requested()) {
    LogTask(LogLevel::kInfo, "report given up", options_.worker_id, token,
            answer);
  } else if (!answer.ok()) {
    LogTask(LogLevel::kWarning, "report refused", options_.worker_id, token,
            answer);
  }
  return OutcomeOf(answer, outcome, lease);
}

Status WorkerAgent::RepeatUntilAnswered(
    HeldLease& lease, const std::function<Status(std::stop_token)>& report) {
  Backoff backoff(options_.first_backoff, options_.longest_backoff,
                  options_.worker_id);
  for (;;) {
    const Status answer = report(call_stop_.get_token());
    if (!IsWorthRepeating(answer.code())) return answer;
    // The lease may have gone to another worker meanwhile, or an earlier try
    // may have arrived: either way no more is expected of this one.
    if (lease.stop_reason() == StopReason::kLost) return answer;
    if (!SleepUnlessStopping(backoff.Next())) return answer;
    if (lease.stop_reason() == StopReason::kLost) return answer;
    options_.metrics.ReportRepeated();
  }
}

}  // namespace longtake::worker
