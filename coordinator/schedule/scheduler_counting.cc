#include <variant>

#include "common/log/log.h"
#include "coordinator/schedule/scheduler.h"

// What of the scheduler's decisions shows in its metrics; leases also in its
// log.

namespace longtake::coordinator {

void Scheduler::CountLease(const TaskRecord& leased, const FencingToken& token,
                           const std::string& worker_id, bool backup) {
  if (const TaskLease* lease = leased.FindLease(token)) {
    options_.metrics.TaskLeased(leased.kind,
                                lease->leased_at - lease->ready_at);
  }
  if (backup) options_.metrics.BackupLeased();
  Log(LogLevel::kInfo, "task leased",
      {{"job", token.job_id},
       {"task", token.task_id},
       {"attempt", token.attempt},
       {"epoch", token.epoch},
       {"worker", worker_id},
       {"backup", backup}});
}

void Scheduler::CountAttempt(const TaskRecord& before,
                             const FencingToken& token,
                             AttemptOutcome outcome) {
  // None when the report is a repeat: it was counted the first time.
  const TaskLease* lease = before.FindLease(token);
  if (lease == nullptr) return;
  options_.metrics.AttemptEnded(before.kind, outcome, now() - lease->leased_at);
}

void Scheduler::CountCompletion(const TaskRecord& before,
                                const FencingToken& token,
                                const TaskResult& result) {
  if (before.FindLease(token) == nullptr) return;
  CountAttempt(before, token, AttemptOutcome::kCompleted);
  for (const TaskLease& lease : before.leases) {
    if (lease.attempt == token.attempt) continue;
    options_.metrics.AttemptEnded(before.kind, AttemptOutcome::kSuperseded,
                                  now() - lease.leased_at);
  }
  if (const auto* render = std::get_if<RenderTask>(&before.spec->task)) {
    const auto* rendered = std::get_if<RenderResult>(&result.result);
    if (rendered == nullptr) return;
    options_.metrics.SegmentRendered(rendered->frames, render->output.rate);
  }
  if (const auto* assembly = std::get_if<AssembleResult>(&result.result)) {
    for (const SeamScore& seam : assembly->seams) {
      options_.metrics.SeamScored(seam);
    }
  }
}

void Scheduler::CountEnd(const JobRecord& job) {
  const double media_seconds =
      static_cast<double>(job.total_frames) / job.spec.output.rate.AsDouble();
  options_.metrics.JobEnded(job.state, job.ended_at - job.submitted_at,
                            media_seconds);
}

}  // namespace longtake::coordinator
