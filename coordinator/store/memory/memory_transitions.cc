#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "coordinator/store/job_state.h"
#include "coordinator/store/memory/memory_store.h"
#include "coordinator/store/progress.h"
#include "coordinator/store/task_state.h"

namespace longtake::coordinator {
namespace {

void AddContribution(const TaskRecord& task, int sign, JobProgress* progress) {
  const Contribution c = ContributionOf(task);
  progress->frames_done += sign * c.frames;
  progress->segments_done += sign * c.segments_done;
  progress->segments_rendered += sign * c.segments_rendered;
}

void CloseAttempt(AttemptEnd end, TaskRecord* task) {
  task->closed_attempt = task->attempt;
  task->closed_by = end;
}

void Succeed(const std::shared_ptr<const TaskResult>& result, bool from_cache,
             TaskRecord* task) {
  task->result = result;
  task->from_cache = from_cache;
  task->frames_done = task->range.size();
  if (from_cache) task->worker_id.clear();
}

}  // namespace

void MemoryStore::Unindex(JobEntry& job, const TaskRecord& task) {
  if (task.state == TaskState::kReady) {
    ready_.erase(PositionOf(job, task));
  } else if (task.state == TaskState::kLeased) {
    due_.erase({task.lease_expires, job.record.job_id, task.task_id});
    if (--busy_[task.worker_id] <= 0) busy_.erase(task.worker_id);
  } else if (task.state == TaskState::kWaitingRetry) {
    due_.erase({task.not_before, job.record.job_id, task.task_id});
  }
  if (IsOpen(task.state)) {
    --job.record.open_tasks[static_cast<size_t>(task.kind)];
  }
  AddContribution(task, -1, &job.record.progress);
}

void MemoryStore::Index(JobEntry& job, const TaskRecord& task) {
  if (task.state == TaskState::kReady) {
    ready_[PositionOf(job, task)] = {job.record.job_id, task.task_id};
  } else if (task.state == TaskState::kLeased) {
    due_.insert({task.lease_expires, job.record.job_id, task.task_id});
    ++busy_[task.worker_id];
  } else if (task.state == TaskState::kWaitingRetry) {
    due_.insert({task.not_before, job.record.job_id, task.task_id});
  }
  if (IsOpen(task.state)) {
    ++job.record.open_tasks[static_cast<size_t>(task.kind)];
  }
  AddContribution(task, +1, &job.record.progress);
}

Status MemoryStore::Step(TaskRecord& task, TaskState to) {
  if (!IsLegalTaskStep(task.state, to)) {
    return Internal(fmt::format("task {} may not go from {} to {}",
                                task.task_id, TaskStateName(task.state),
                                TaskStateName(to)));
  }
  task.state = to;
  return OkStatus();
}

Status MemoryStore::StepJob(JobEntry& job, JobState to) {
  if (job.record.state == to) return OkStatus();
  if (!IsLegalJobStep(job.record.state, to)) {
    return FailedPrecondition(fmt::format("job {} is {}", job.record.job_id,
                                          JobStateName(job.record.state)));
  }
  job.record.state = to;
  return OkStatus();
}

Status MemoryStore::Bind(JobEntry& job, const EngineBinding& binding) {
  if (!IsLive(job.record.state)) {
    return Aborted(fmt::format("job {} is {}", job.record.job_id,
                               JobStateName(job.record.state)));
  }
  if (job.record.binding ? *job.record.binding != binding
                         : job.record.spec.engine != binding.name) {
    return Aborted(fmt::format("job {} is bound to another engine build",
                               job.record.job_id));
  }
  LT_RETURN_IF_ERROR(StepJob(job, JobState::kRunning));
  job.record.binding = binding;
  return OkStatus();
}

StatusOr<MemoryStore::Found> MemoryStore::FindLease(
    const FencingToken& token, const std::string& worker_id) {
  auto found = FindTask(token.job_id, token.task_id);
  const bool held = found.ok() && found->task->state == TaskState::kLeased &&
                    found->task->attempt == token.attempt &&
                    found->task->epoch == token.epoch &&
                    found->task->worker_id == worker_id;
  if (!held) {
    return Aborted(fmt::format("attempt {} of {} by {} is not the newest",
                               token.attempt, token.task_id, worker_id));
  }
  return found;
}

bool MemoryStore::IsRepeat(const FencingToken& token, AttemptEnd end) {
  auto found = FindTask(token.job_id, token.task_id);
  return found.ok() && found->task->closed_by == end &&
         found->task->closed_attempt == token.attempt &&
         (found->task->attempt > token.attempt ||
          found->task->epoch == token.epoch);
}

StatusOr<int> MemoryStore::AddTasks(const AddTasksRequest& request) {
  absl::MutexLock lock(&mutex_);
  LT_ASSIGN_OR_RETURN(JobEntry * job, FindJob(request.job_id));
  if (!IsLive(job->record.state)) {
    return FailedPrecondition(fmt::format("job {} is {}", request.job_id,
                                          JobStateName(job->record.state)));
  }
  if (request.total_frames > 0) {
    job->record.total_frames = request.total_frames;
    job->record.progress.frames_total = request.total_frames;
  }
  if (!request.segments.empty()) {
    job->record.segments = request.segments;
    job->record.progress.segments_total =
        static_cast<int>(request.segments.size());
  }
  const int added = AppendTasks(*job, request.tasks);
  if (added > 0) AppendEvent(*job, request.event, "", "", request.now);
  return added;
}

Status MemoryStore::EndLocked(JobEntry& job, const JobOutcome& outcome,
                              absl::Time now) {
  LT_RETURN_IF_ERROR(StepJob(job, outcome.state));
  job.record.error = outcome.error;
  job.record.take = outcome.take;
  job.record.ended_at = now;
  for (TaskRecord& task : job.tasks) {
    if (!IsOpen(task.state)) continue;
    Unindex(job, task);
    if (task.state == TaskState::kLeased) {
      CloseAttempt(AttemptEnd::kCancelled, &task);
    }
    LT_RETURN_IF_ERROR(Step(task, TaskState::kCancelled));
    Index(job, task);
  }
  ended_.insert(job.record.submit_sequence);
  return OkStatus();
}

Status MemoryStore::EndJob(const std::string& job_id, const JobOutcome& outcome,
                           absl::Time now, const std::string& event) {
  absl::MutexLock lock(&mutex_);
  LT_ASSIGN_OR_RETURN(JobEntry * job, FindJob(job_id));
  if (!IsLive(job->record.state)) {
    return FailedPrecondition(
        fmt::format("job {} is {}", job_id, JobStateName(job->record.state)));
  }
  LT_RETURN_IF_ERROR(EndLocked(*job, outcome, now));
  AppendEvent(*job, event, "", "", now);
  return OkStatus();
}

StatusOr<TaskRecord> MemoryStore::Lease(const LeaseRequest& request) {
  absl::MutexLock lock(&mutex_);
  LT_ASSIGN_OR_RETURN(Found found, FindTask(request.job_id, request.task_id));
  auto& [job, task] = found;
  if (task->state != TaskState::kReady) {
    return Aborted(fmt::format("task {} is {}", request.task_id,
                               TaskStateName(task->state)));
  }
  LT_RETURN_IF_ERROR(Bind(*job, request.binding));
  Unindex(*job, *task);
  LT_RETURN_IF_ERROR(Step(*task, TaskState::kLeased));
  ++task->attempt;
  task->epoch = request.epoch;
  task->worker_id = request.worker_id;
  task->lease_expires = request.expires;
  task->frames_done = 0;
  Index(*job, *task);
  AppendEvent(*job, request.event, task->task_id, request.worker_id,
              request.now);
  return *task;
}

Status MemoryStore::CompleteFromCache(const CacheHitRequest& request) {
  absl::MutexLock lock(&mutex_);
  LT_ASSIGN_OR_RETURN(Found found, FindTask(request.job_id, request.task_id));
  auto& [job, task] = found;
  if (task->state != TaskState::kReady) {
    return Aborted(fmt::format("task {} is {}", request.task_id,
                               TaskStateName(task->state)));
  }
  LT_RETURN_IF_ERROR(Bind(*job, request.binding));
  Unindex(*job, *task);
  LT_RETURN_IF_ERROR(Step(*task, TaskState::kSucceeded));
  Succeed(request.result, true, task);
  Index(*job, *task);
  if (!request.seams.empty()) job->record.seams = request.seams;
  if (request.outcome) {
    LT_RETURN_IF_ERROR(EndLocked(*job, *request.outcome, request.now));
  }
  AppendEvent(*job, request.event, request.task_id, "", request.now);
  return OkStatus();
}

Status MemoryStore::Renew(const RenewRequest& request) {
  absl::MutexLock lock(&mutex_);
  LT_ASSIGN_OR_RETURN(Found found, FindLease(request.token, request.worker_id));
  auto& [job, task] = found;
  const bool advanced = request.frames_done > task->frames_done;
  Unindex(*job, *task);
  task->lease_expires = std::max(task->lease_expires, request.expires);
  task->frames_done = std::max(task->frames_done, request.frames_done);
  Index(*job, *task);
  if (advanced &&
      request.now - job->record.last_event_at >= request.event_interval) {
    AppendEvent(*job, request.event, task->task_id, request.worker_id,
                request.now);
  }
  return OkStatus();
}

Status MemoryStore::Complete(const CompleteRequest& request) {
  absl::MutexLock lock(&mutex_);
  if (IsRepeat(request.token, AttemptEnd::kCompleted)) return OkStatus();
  LT_ASSIGN_OR_RETURN(Found found, FindLease(request.token, request.worker_id));
  auto& [job, task] = found;
  Unindex(*job, *task);
  LT_RETURN_IF_ERROR(Step(*task, TaskState::kSucceeded));
  CloseAttempt(AttemptEnd::kCompleted, task);
  Succeed(request.result, false, task);
  Index(*job, *task);
  if (!request.seams.empty()) job->record.seams = request.seams;
  if (request.outcome) {
    LT_RETURN_IF_ERROR(EndLocked(*job, *request.outcome, request.now));
  }
  AppendEvent(*job, request.event, task->task_id, request.worker_id,
              request.now);
  return OkStatus();
}

Status MemoryStore::Fail(const FailRequest& request) {
  absl::MutexLock lock(&mutex_);
  if (IsRepeat(request.token, AttemptEnd::kFailed)) return OkStatus();
  LT_ASSIGN_OR_RETURN(Found found, FindLease(request.token, request.worker_id));
  auto& [job, task] = found;
  Unindex(*job, *task);
  LT_RETURN_IF_ERROR(Step(
      *task, request.fatal ? TaskState::kFailed : TaskState::kWaitingRetry));
  CloseAttempt(AttemptEnd::kFailed, task);
  ++task->failures;
  task->last_error = request.error;
  task->not_before = request.not_before;
  if (request.elsewhere) task->avoid_workers.push_back(request.worker_id);
  Index(*job, *task);
  if (request.fatal) {
    LT_RETURN_IF_ERROR(
        EndLocked(*job, {JobState::kFailed, request.error, {}}, request.now));
  }
  AppendEvent(*job, request.event, task->task_id, request.worker_id,
              request.now);
  return OkStatus();
}

Status MemoryStore::Release(const ReleaseRequest& request) {
  absl::MutexLock lock(&mutex_);
  if (IsRepeat(request.token, AttemptEnd::kReleased)) return OkStatus();
  LT_ASSIGN_OR_RETURN(Found found, FindLease(request.token, request.worker_id));
  auto& [job, task] = found;
  Unindex(*job, *task);
  LT_RETURN_IF_ERROR(Step(*task, TaskState::kReady));
  CloseAttempt(AttemptEnd::kReleased, task);
  task->frames_done = 0;
  Index(*job, *task);
  AppendEvent(*job, request.event, task->task_id, request.worker_id,
              request.now);
  return OkStatus();
}

Status MemoryStore::Expire(const ExpireRequest& request) {
  absl::MutexLock lock(&mutex_);
  LT_ASSIGN_OR_RETURN(Found found, FindTask(request.job_id, request.task_id));
  auto& [job, task] = found;
  if (task->state != TaskState::kLeased || task->attempt != request.attempt ||
      task->lease_expires > request.now) {
    return Aborted(
        fmt::format("the lease of {} has not run out", request.task_id));
  }
  const std::string worker_id = task->worker_id;
  Unindex(*job, *task);
  LT_RETURN_IF_ERROR(
      Step(*task, request.fatal ? TaskState::kFailed : TaskState::kReady));
  CloseAttempt(AttemptEnd::kExpired, task);
  ++task->expiries;
  task->frames_done = 0;
  if (request.fatal) task->last_error = *request.fatal;
  Index(*job, *task);
  if (request.fatal) {
    LT_RETURN_IF_ERROR(
        EndLocked(*job, {JobState::kFailed, *request.fatal, {}}, request.now));
  }
  AppendEvent(*job, request.event, request.task_id, worker_id, request.now);
  return OkStatus();
}

Status MemoryStore::Forgive(const FencingToken& token) {
  absl::MutexLock lock(&mutex_);
  const auto found = FindTask(token.job_id, token.task_id);
  if (!found.ok()) return OkStatus();
  TaskRecord& task = *found->task;
  if (task.closed_by != AttemptEnd::kExpired ||
      task.closed_attempt != token.attempt || task.expiries == 0) {
    return OkStatus();
  }
  --task.expiries;
  task.closed_by = AttemptEnd::kOutlived;
  return OkStatus();
}

Status MemoryStore::MakeReady(const std::string& job_id,
                              const std::string& task_id, absl::Time now) {
  absl::MutexLock lock(&mutex_);
  LT_ASSIGN_OR_RETURN(Found found, FindTask(job_id, task_id));
  auto& [job, task] = found;
  if (task->state != TaskState::kWaitingRetry || task->not_before > now) {
    return Aborted(fmt::format("task {} is not due", task_id));
  }
  Unindex(*job, *task);
  LT_RETURN_IF_ERROR(Step(*task, TaskState::kReady));
  Index(*job, *task);
  return OkStatus();
}

}  // namespace longtake::coordinator
