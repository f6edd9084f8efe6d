#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "coordinator/store/job_state.h"
#include "coordinator/store/memory/memory_store.h"
#include "coordinator/store/task_state.h"

// Attempts: leased, renewed, reported, lost.

namespace longtake::coordinator {
namespace {

void Succeed(const std::shared_ptr<const TaskResult>& result, bool from_cache,
             TaskRecord* task) {
  task->result = result;
  task->from_cache = from_cache;
  task->frames_done = task->range.size();
  if (from_cache) task->worker_id.clear();
}

void CountFrames(TaskRecord* task) {
  task->frames_done = 0;
  for (const TaskLease& lease : task->leases) {
    task->frames_done = std::max(task->frames_done, lease.frames_done);
  }
}

void AddOnce(const std::string& name, std::vector<std::string>* names) {
  if (std::find(names->begin(), names->end(), name) == names->end()) {
    names->push_back(name);
  }
}

}  // namespace

StatusOr<TaskRecord> MemoryStore::Lease(const LeaseRequest& request) {
  absl::MutexLock lock(&mutex_);
  LT_ASSIGN_OR_RETURN(Found found, FindTask(request.job_id, request.task_id));
  auto& [job, task] = found;
  const bool free =
      request.backup ? task->leases.size() == 1 &&
                           task->leases.front().worker_id != request.worker_id
                     : task->state == TaskState::kReady;
  if (!free || job->record.paused || request.epoch < job->record.epoch) {
    return Aborted(fmt::format("task {} is {}", request.task_id,
                               TaskStateName(task->state)));
  }
  LT_RETURN_IF_ERROR(Bind(*job, request.binding));
  Unindex(*job, *task);
  if (!request.backup) LT_RETURN_IF_ERROR(Step(*task, TaskState::kLeased));
  ++task->attempt;
  task->worker_id = request.worker_id;
  task->leases.push_back({task->attempt, request.epoch, request.worker_id,
                          task->ready_at, request.now, request.expires, 0,
                          request.backup});
  CountFrames(task);
  Index(*job, *task);
  TopUp(*job);
  AppendEvent(*job, request.event, task->task_id, request.worker_id,
              request.now);
  return *task;
}

StatusOr<int> MemoryStore::CompleteFromCache(const CacheHitRequest& request) {
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
  TopUp(*job);
  AppendEvent(*job, request.event, request.task_id, "", request.now);
  return job->record.open_task_count();
}

Status MemoryStore::CloseLease(TaskRecord& task, const TaskLease& lease,
                               AttemptEnd end, TaskState next, absl::Time now) {
  task.closed.push_back({lease.attempt, lease.epoch, lease.worker_id,
                         lease.ready_at, lease.leased_at, now, end,
                         lease.backup});
  if (task.closed.size() > kMaxAttemptsKept)
    task.closed.erase(task.closed.begin());
  const int attempt = lease.attempt;
  std::erase_if(task.leases,
                [attempt](const TaskLease& l) { return l.attempt == attempt; });
  CountFrames(&task);
  if (!task.leases.empty()) {
    task.worker_id = task.leases.back().worker_id;
    return OkStatus();
  }
  if (next == TaskState::kReady) task.ready_at = now;
  return Step(task, next);
}

Status MemoryStore::Renew(const RenewRequest& request) {
  absl::MutexLock lock(&mutex_);
  LT_ASSIGN_OR_RETURN(Found found,
                      FindLeased(request.token, request.worker_id));
  auto& [job, task] = found;
  const auto lease = std::find_if(task->leases.begin(), task->leases.end(),
                                  [&request](const TaskLease& l) {
                                    return l.attempt == request.token.attempt;
                                  });
  const int64_t before = task->frames_done;
  Unindex(*job, *task);
  lease->expires = std::max(lease->expires, request.expires);
  lease->frames_done = std::max(lease->frames_done, request.frames_done);
  CountFrames(task);
  Index(*job, *task);
  if (task->frames_done > before &&
      request.now - job->record.last_event_at >= request.event_interval) {
    AppendEvent(*job, request.event, task->task_id, request.worker_id,
                request.now);
  }
  return OkStatus();
}

StatusOr<std::optional<TaskRecord>> MemoryStore::Stay(
    JobEntry& job, const TaskRecord& done, const CompleteRequest& request) {
  if (!request.stay || !IsLive(job.record.state) || job.record.paused ||
      !job.record.binding || request.stay->epoch < job.record.epoch ||
      done.kind != TaskKind::kRender || job.backlog.empty()) {
    return std::nullopt;
  }
  const auto leases = std::count_if(
      job.tasks.begin(), job.tasks.end(),
      [](const TaskRecord& t) { return t.state == TaskState::kLeased; });
  TaskRecord& task = job.tasks[*job.backlog.begin()];
  if (static_cast<double>(leases) + request.stay->luck >= request.stay->share ||
      task.kind != TaskKind::kRender || task.needs != done.needs ||
      !task.avoid_workers.empty()) {
    return std::nullopt;
  }
  Unindex(job, task);
  LT_RETURN_IF_ERROR(Step(task, TaskState::kLeased));
  ++task.attempt;
  task.worker_id = request.worker_id;
  task.leases.push_back({task.attempt, request.stay->epoch, request.worker_id,
                         task.ready_at, request.now, request.stay->expires, 0,
                         false});
  CountFrames(&task);
  Index(job, task);
  return task;
}

StatusOr<Completion> MemoryStore::Complete(const CompleteRequest& request) {
  absl::MutexLock lock(&mutex_);
  if (IsRepeat(request.token, AttemptEnd::kCompleted)) {
    LT_ASSIGN_OR_RETURN(JobEntry * job, FindJob(request.token.job_id));
    return Completion{job->record.open_task_count()};
  }
  LT_ASSIGN_OR_RETURN(Found found,
                      FindLeased(request.token, request.worker_id));
  auto& [job, task] = found;
  Unindex(*job, *task);
  LT_RETURN_IF_ERROR(CloseLease(*task, *task->FindLease(request.token),
                                AttemptEnd::kCompleted, TaskState::kSucceeded,
                                request.now));
  if (!task->leases.empty()) {
    LT_RETURN_IF_ERROR(CloseLease(*task, task->leases.front(),
                                  AttemptEnd::kSuperseded,
                                  TaskState::kSucceeded, request.now));
  }
  task->worker_id = request.worker_id;
  Succeed(request.result, false, task);
  Index(*job, *task);
  if (!request.seams.empty()) job->record.seams = request.seams;
  if (request.outcome) {
    LT_RETURN_IF_ERROR(EndLocked(*job, *request.outcome, request.now));
  }
  Completion completion;
  LT_ASSIGN_OR_RETURN(completion.next, Stay(*job, *task, request));
  AppendEvent(*job, request.event, task->task_id, request.worker_id,
              request.now);
  completion.open_tasks = job->record.open_task_count();
  return completion;
}

Status MemoryStore::Fail(const FailRequest& request) {
  absl::MutexLock lock(&mutex_);
  if (IsRepeat(request.token, AttemptEnd::kFailed)) return OkStatus();
  LT_ASSIGN_OR_RETURN(Found found,
                      FindLeased(request.token, request.worker_id));
  auto& [job, task] = found;
  Unindex(*job, *task);
  task->not_before = request.not_before;
  LT_RETURN_IF_ERROR(
      CloseLease(*task, *task->FindLease(request.token), AttemptEnd::kFailed,
                 request.fatal ? TaskState::kFailed : TaskState::kWaitingRetry,
                 request.now));
  ++task->failures;
  task->last_error = request.error;
  AddOnce(request.worker_id, &task->failed_workers);
  if (request.elsewhere) AddOnce(request.worker_id, &task->avoid_workers);
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
  LT_ASSIGN_OR_RETURN(Found found,
                      FindLeased(request.token, request.worker_id));
  auto& [job, task] = found;
  Unindex(*job, *task);
  LT_RETURN_IF_ERROR(CloseLease(*task, *task->FindLease(request.token),
                                AttemptEnd::kReleased, TaskState::kReady,
                                request.now));
  Index(*job, *task);
  TopUp(*job);
  AppendEvent(*job, request.event, task->task_id, request.worker_id,
              request.now);
  return OkStatus();
}

Status MemoryStore::Expire(const ExpireRequest& request) {
  absl::MutexLock lock(&mutex_);
  LT_ASSIGN_OR_RETURN(Found found, FindTask(request.job_id, request.task_id));
  auto& [job, task] = found;
  const auto lease = std::find_if(
      task->leases.begin(), task->leases.end(), [&request](const TaskLease& l) {
        return l.attempt == request.attempt && l.expires <= request.now;
      });
  if (lease == task->leases.end()) {
    return Aborted(
        fmt::format("the lease of {} has not run out", request.task_id));
  }
  const std::string worker_id = lease->worker_id;
  Unindex(*job, *task);
  LT_RETURN_IF_ERROR(CloseLease(
      *task, *lease, AttemptEnd::kExpired,
      request.fatal ? TaskState::kFailed : TaskState::kReady, request.now));
  ++task->expiries;
  if (request.fatal) task->last_error = *request.fatal;
  Index(*job, *task);
  if (request.fatal) {
    LT_RETURN_IF_ERROR(
        EndLocked(*job, {JobState::kFailed, *request.fatal, {}}, request.now));
  }
  TopUp(*job);
  AppendEvent(*job, request.event, request.task_id, worker_id, request.now);
  return OkStatus();
}

Status MemoryStore::Forgive(const FencingToken& token) {
  absl::MutexLock lock(&mutex_);
  const auto found = FindTask(token.job_id, token.task_id);
  if (!found.ok()) return OkStatus();
  TaskRecord& task = *found->task;
  for (ClosedAttempt& attempt : task.closed) {
    if (attempt.attempt != token.attempt || attempt.epoch != token.epoch ||
        attempt.end != AttemptEnd::kExpired || task.expiries == 0) {
      continue;
    }
    --task.expiries;
    attempt.end = AttemptEnd::kOutlived;
  }
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
  task->ready_at = now;
  Index(*job, *task);
  TopUp(*job);
  return OkStatus();
}

}  // namespace longtake::coordinator
