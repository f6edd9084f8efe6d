#include <fmt/format.h>

#include <optional>
#include <utility>

#include "common/job/job_json.h"
#include "common/log/log.h"
#include "coordinator/planner/planner.h"
#include "coordinator/schedule/job_views.h"
#include "coordinator/schedule/scheduler.h"
#include "coordinator/store/job_state.h"

// From a job's snapshot to the tasks that should exist.

namespace longtake::coordinator {

StatusOr<int> Scheduler::AddPlannedTasks(const std::string& job_id) {
  LT_ASSIGN_OR_RETURN(const JobRecord job, store_.GetJob(job_id));
  if (!IsLive(job.state)) return 0;
  LT_ASSIGN_OR_RETURN(const std::vector<TaskRecord> tasks,
                      store_.ListTasks(job_id));
  JobSnapshot snapshot{job, tasks, std::nullopt,
                       AnalysisLimitsOf(options_.limits)};
  if (const auto blob = NeedsLoudness(job, tasks)) {
    if (AnyLost({*blob}, true)) {
      LT_ASSIGN_OR_RETURN(const bool healed,
                          TakeBackLost(job_id, std::nullopt, ""));
      // Planned when it is there again.
      if (healed) return 0;
    }
    LT_ASSIGN_OR_RETURN(snapshot.loudness, ReadWholeBlob(artifacts_, *blob));
  }
  LT_ASSIGN_OR_RETURN(JobPlan plan, PlanJob(snapshot));
  if (plan.finished) {
    LT_RETURN_IF_ERROR(EndDryRun(job_id));
    return 0;
  }
  if (plan.tasks.empty()) return 0;
  if (plan.total_frames > 0) {
    const Status admitted =
        AdmitLength(plan.total_frames, job.spec.output.rate, options_.limits);
    if (!admitted.ok()) {
      options_.metrics.Refused(FarmLimit::kJobLength);
      // Here: as an error it would be planned again, for its code is one of
      // those that pass.
      LT_RETURN_IF_ERROR(EndUnplanned(job_id, admitted));
      return 0;
    }
  }
  AddTasksRequest request;
  request.job_id = job_id;
  request.total_frames = plan.total_frames;
  request.segments = std::move(plan.segments);
  request.tasks = std::move(plan.tasks);
  request.now = now();
  if (!request.segments.empty()) {
    request.event = fmt::format("{} frames in {} segment(s)",
                                request.total_frames, request.segments.size());
  }
  return store_.AddTasks(request);
}

Status Scheduler::Plan(const std::string& job_id) {
  const StatusOr<int> added = AddPlannedTasks(job_id);
  if (added.ok()) {
    {
      absl::MutexLock lock(&mutex_);
      to_plan_.erase(job_id);
    }
    if (*added > 0) {
      signals_.JobChanged(job_id);
      signals_.QueueChanged();
    }
    return OkStatus();
  }
  // The job ended meanwhile: nothing to plan.
  if (added.status().code() == StatusCode::kFailedPrecondition) {
    return OkStatus();
  }
  if (RetryActionFor(added.status().code()) != RetryAction::kNever) {
    absl::MutexLock lock(&mutex_);
    to_plan_.insert(job_id);
    return OkStatus();
  }
  return EndUnplanned(job_id, added.status());
}

Status Scheduler::EndUnplanned(const std::string& job_id, const Status& why) {
  Log(LogLevel::kError, "job can't be planned",
      {{"job", job_id}, {"error", why}});
  const Status ended =
      store_.EndJob(job_id, {JobState::kFailed, why, {}}, now(), Message(why));
  if (ended.ok()) LT_RETURN_IF_ERROR(WriteDownEnd(job_id));
  signals_.JobChanged(job_id);
  // Ended by somebody else is ended too.
  return ended.code() == StatusCode::kFailedPrecondition ? OkStatus() : ended;
}

Status Scheduler::EndDryRun(const std::string& job_id) {
  const Status ended =
      store_.EndJob(job_id, {JobState::kSucceeded, OkStatus(), {}}, now(),
                    "planned; a dry run renders nothing");
  if (ended.ok()) LT_RETURN_IF_ERROR(WriteDownEnd(job_id));
  signals_.JobChanged(job_id);
  return ended.code() == StatusCode::kFailedPrecondition ? OkStatus() : ended;
}

StatusOr<std::vector<TaskView>> Scheduler::DryRunRenders(
    const std::string& job_id, const std::vector<TaskRecord>& tasks) {
  LT_ASSIGN_OR_RETURN(const JobRecord job, store_.GetJob(job_id));
  std::vector<TaskView> views;
  if (!job.spec.dry_run || !job.binding) return views;
  LT_ASSIGN_OR_RETURN(const std::vector<TaskRecord> renders,
                      RendersOf({job, tasks, std::nullopt}));
  for (const TaskRecord& render : renders) {
    TaskView& view = views.emplace_back(ViewOf(render));
    const auto result =
        cache_.Find(TaskKey(*render.spec, *job.binding, job.tenant));
    if (!result || !CheckResult(render, *result).ok()) continue;
    view.state = TaskState::kSucceeded;
    view.from_cache = true;
    view.frames_done = render.range.size();
  }
  return views;
}

Status Scheduler::PlanAfter(const std::string& job_id, TaskKind kind,
                            int open_tasks) {
  if (kind == TaskKind::kRender && open_tasks > 0) return OkStatus();
  return Plan(job_id);
}

}  // namespace longtake::coordinator
