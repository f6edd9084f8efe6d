#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "coordinator/store/job_state.h"
#include "coordinator/store/memory/memory_store.h"
#include "coordinator/store/progress.h"

// A job that goes back to work, or makes again what was lost of it.

namespace longtake::coordinator {

void MemoryStore::DropTasks(JobEntry& job,
                            const std::vector<std::string>& task_ids) {
  const std::set<std::string> dropped(task_ids.begin(), task_ids.end());
  std::vector<TaskRecord> kept;
  for (TaskRecord& task : job.tasks) {
    Unindex(job, task);
    if (dropped.contains(task.task_id)) {
      job.attempt_floor = std::max(job.attempt_floor, task.attempt);
    } else {
      kept.push_back(std::move(task));
    }
  }
  job.tasks = std::move(kept);
  job.index.clear();
  for (size_t i = 0; i < job.tasks.size(); ++i) {
    job.index[job.tasks[i].task_id] = i;
  }
  for (TaskRecord& task : job.tasks) Index(job, task);
}

Status MemoryStore::Reopen(JobEntry& job, TaskRecord& task, absl::Time now) {
  Unindex(job, task);
  LT_RETURN_IF_ERROR(Step(task, TaskState::kReady));
  task.failures = 0;
  task.expiries = 0;
  task.failed_workers.clear();
  task.times_lost = 0;
  task.ready_at = now;
  task.frames_done = 0;
  task.from_cache = false;
  task.result = nullptr;
  Index(job, task);
  return OkStatus();
}

Status MemoryStore::ReopenAll(JobEntry& job,
                              const std::vector<std::string>& lost,
                              absl::Time now) {
  const std::set<std::string> is_lost(lost.begin(), lost.end());
  for (TaskRecord& task : job.tasks) {
    if (task.state == TaskState::kSucceeded &&
        !is_lost.contains(task.task_id)) {
      continue;
    }
    LT_RETURN_IF_ERROR(Reopen(job, task, now));
  }
  return OkStatus();
}

Status MemoryStore::RetryJob(const RetryRequest& request) {
  absl::MutexLock lock(&mutex_);
  LT_ASSIGN_OR_RETURN(JobEntry * job, FindJob(request.job_id));
  JobRecord& record = job->record;
  if (record.state != JobState::kFailed &&
      record.state != JobState::kCancelled) {
    return FailedPrecondition(fmt::format("job {} is {}", request.job_id,
                                          JobStateName(record.state)));
  }
  LT_RETURN_IF_ERROR(StepJob(*job, JobState::kQueued));
  ended_.erase(record.submit_sequence);
  record.error = OkStatus();
  record.take = {};
  record.ended_at = absl::InfiniteFuture();
  std::vector<std::string> drop = request.drop;
  if (request.unbind) {
    for (const TaskRecord& task : job->tasks) drop.push_back(task.task_id);
    record.binding.reset();
    record.segments.clear();
    record.seams.clear();
    record.total_frames = 0;
  }
  if (!drop.empty()) DropTasks(*job, drop);
  LT_RETURN_IF_ERROR(ReopenAll(*job, request.lost, request.now));
  CountProgress(job->tasks, &record);
  TopUp(*job);
  AppendEvent(*job, request.event, "", "", request.now);
  return OkStatus();
}

Status MemoryStore::HealJob(const HealRequest& request) {
  absl::MutexLock lock(&mutex_);
  LT_ASSIGN_OR_RETURN(JobEntry * job, FindJob(request.job_id));
  if (!IsLive(job->record.state)) {
    return FailedPrecondition(fmt::format("job {} is {}", request.job_id,
                                          JobStateName(job->record.state)));
  }
  std::vector<std::string> drop = request.drop;
  std::string found_by;
  if (request.found_by) {
    LT_RETURN_IF_ERROR(
        FindLeased(*request.found_by, request.worker_id).status());
    found_by = request.found_by->task_id;
    drop.push_back(found_by);
  }
  for (const LostResult& lost : request.lost) {
    const auto found = FindTask(request.job_id, lost.task_id);
    if (!found.ok() || found->task->state != TaskState::kSucceeded ||
        found->task->times_lost != lost.times_lost) {
      return Aborted(fmt::format("{} was put back already", lost.task_id));
    }
  }
  for (const LostResult& lost : request.lost) {
    TaskRecord& task = job->tasks[job->index.at(lost.task_id)];
    LT_RETURN_IF_ERROR(Reopen(*job, task, request.now));
    task.times_lost = lost.times_lost + 1;
  }
  DropTasks(*job, drop);
  TopUp(*job);
  AppendEvent(*job, request.event, found_by, request.worker_id, request.now);
  return OkStatus();
}

}  // namespace longtake::coordinator
