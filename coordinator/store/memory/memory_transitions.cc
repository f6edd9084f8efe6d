#include <fmt/format.h>

#include <utility>

#include "coordinator/store/job_state.h"
#include "coordinator/store/memory/memory_store.h"
#include "coordinator/store/task_state.h"

namespace longtake::coordinator {

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

StatusOr<MemoryStore::Found> MemoryStore::FindLeased(
    const FencingToken& token, const std::string& worker_id) {
  auto found = FindTask(token.job_id, token.task_id);
  const TaskLease* lease = found.ok() ? found->task->FindLease(token) : nullptr;
  if (lease == nullptr || lease->worker_id != worker_id) {
    return Aborted(fmt::format("attempt {} of {} by {} holds no lease",
                               token.attempt, token.task_id, worker_id));
  }
  return found;
}

bool MemoryStore::IsRepeat(const FencingToken& token, AttemptEnd end) {
  auto found = FindTask(token.job_id, token.task_id);
  if (!found.ok()) return false;
  const ClosedAttempt* closed = found->task->FindClosed(token);
  return closed != nullptr && closed->end == end;
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
  const int added = AppendTasks(*job, request.tasks, request.now);
  TopUp(*job);
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
    while (!task.leases.empty()) {
      LT_RETURN_IF_ERROR(CloseLease(task, task.leases.back(),
                                    AttemptEnd::kCancelled,
                                    TaskState::kCancelled, now));
    }
    if (task.state != TaskState::kCancelled) {
      LT_RETURN_IF_ERROR(Step(task, TaskState::kCancelled));
    }
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

Status MemoryStore::ChangeJob(const ChangeJobRequest& request) {
  absl::MutexLock lock(&mutex_);
  LT_ASSIGN_OR_RETURN(JobEntry * job, FindJob(request.job_id));
  if (!IsLive(job->record.state)) {
    return FailedPrecondition(fmt::format("job {} is {}", request.job_id,
                                          JobStateName(job->record.state)));
  }
  if (request.window) job->record.window = *request.window;
  if (request.paused) job->record.paused = *request.paused;
  if (request.priority || request.paused.value_or(false)) Withdraw(*job);
  if (request.priority) job->record.spec.priority = *request.priority;
  TopUp(*job);
  AppendEvent(*job, request.event, "", "", request.now);
  return OkStatus();
}

}  // namespace longtake::coordinator
