#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "common/job/job_json.h"
#include "common/log/log.h"
#include "coordinator/schedule/scheduler.h"
#include "coordinator/store/job_state.h"

// What time brings.

namespace longtake::coordinator {
namespace {

constexpr int kDuePage = 256;
constexpr int kDuePagesPerTick = 64;
// Each costs reading all tasks of a job. Where more jobs end at once they are
// looked at in turns.
constexpr size_t kEndingJobsALook = 32;
// More than kLeavePart of the workers; and where they are few.
constexpr int kAskersPart = 12;
constexpr int kLeastPart = 4;

}  // namespace

void Scheduler::ExpireLease(const DueTask& due) {
  const auto task = store_.GetTask(due.job_id, due.task_id);
  if (!task.ok()) return;
  std::string worker_id = task->worker_id;
  absl::Time leased_at = now();
  for (const TaskLease& lease : task->leases) {
    if (lease.attempt != due.attempt) continue;
    worker_id = lease.worker_id;
    leased_at = lease.leased_at;
  }
  ExpireRequest request;
  request.job_id = due.job_id;
  request.task_id = due.task_id;
  request.attempt = due.attempt;
  request.now = now();
  request.event = fmt::format("{}: {} was not heard of, offered again",
                              due.task_id, worker_id);
  if (task->expiries + 1 >= options_.retry.max_expiries) {
    request.fatal = DeadlineExceeded(
        fmt::format("{}: {} workers were lost while they ran it; look for what "
                    "kills them (memory?) and retry the job",
                    due.task_id, task->expiries + 1));
    request.event = Message(*request.fatal);
  }
  if (!store_.Expire(request).ok()) return;  // renewed or reported meanwhile
  if (request.fatal) WriteDownEnd(due.job_id).IgnoreError();  // KeepHouse does
  ++expired_leases_;
  options_.metrics.AttemptEnded(task->kind, AttemptOutcome::kExpired,
                                now() - leased_at);
  Log(LogLevel::kWarning, "lease expired",
      {{"job", due.job_id},
       {"task", due.task_id},
       {"attempt", due.attempt},
       {"epoch", epoch_.load()},
       {"worker", worker_id}});
  signals_.JobChanged(due.job_id);
}

void Scheduler::Tick() {
  if (!CheckReady().ok()) return;
  for (int page = 0; page < kDuePagesPerTick; ++page) {
    const auto due = store_.ListDue(now(), kDuePage);
    if (!due.ok() || due->empty()) break;
    for (const DueTask& task : *due) {
      if (task.state == TaskState::kLeased) {
        ExpireLease(task);
      } else {
        // Aborted when a retry of the job was faster.
        store_.MakeReady(task.job_id, task.task_id, now()).IgnoreError();
      }
    }
  }
  std::set<std::string> to_plan;
  {
    absl::MutexLock lock(&mutex_);
    to_plan.swap(to_plan_);
  }
  for (const std::string& job_id : to_plan) {
    const Status planned = Plan(job_id);
    if (planned.ok()) continue;
    absl::MutexLock lock(&mutex_);
    to_plan_.insert(job_id);
  }
  // Also for tasks that avoid a worker until the others are gone.
  signals_.QueueChanged();
}

void Scheduler::FindStragglers(const std::vector<JobLoad>& loads) {
  std::vector<std::string> ending;
  for (const JobLoad& load : loads) {
    if (!load.paused && load.draw.leased > 0 &&
        load.draw.ready + load.draw.queued == 0) {
      ending.push_back(load.job_id);
    }
  }
  std::set<std::string> looked_at, late;
  const size_t looks = std::min(ending.size(), kEndingJobsALook);
  for (size_t i = 0; i < looks; ++i) {
    const std::string& job_id = ending[(ending_turn_ + i) % ending.size()];
    looked_at.insert(job_id);
    const auto tasks = store_.ListTasks(job_id);
    // Late for a worker that has nothing to do with it.
    if (tasks.ok() && PickStraggler(*tasks, "", now(), options_.straggler)) {
      late.insert(job_id);
    }
  }
  ending_turn_ = ending.empty() ? 0 : (ending_turn_ + looks) % ending.size();
  absl::MutexLock lock(&mutex_);
  for (const std::string& job_id : ending) {
    if (late_jobs_.contains(job_id) && !looked_at.contains(job_id)) {
      late.insert(job_id);
    }
  }
  late_jobs_ = std::move(late);
}

void Scheduler::KeepHouse(bool set_windows) {
  if (!CheckReady().ok()) return;
  const auto loads = store_.ListLoads();
  if (!loads.ok()) return;
  FindStragglers(*loads);
  const WorkerDirectory::Snapshot live = workers_.Live();
  std::vector<StayShare> stays =
      StayShares(*loads, options_.tenant_weights, *live);
  // Where most workers stay with their jobs few come to the queue, and what is
  // in it waits for them.
  int askers = workers_.LiveSlots();
  WindowPolicy window = options_.window;
  if (!stays.empty()) {
    askers /= kAskersPart;
    window.min_total /= kLeastPart;
  }
  stays_.Set(std::move(stays), StayPart(*loads, *live));
  for (const JobLoad& load : *loads) {
    // A coordinator may have died between a task's end and the plan for what
    // follows it.
    if (load.draw.total() + load.support.total() == 0) {
      Plan(load.job_id).IgnoreError();
    }
  }
  if (!set_windows) return;
  std::map<std::string, int> now_are;
  for (const JobLoad& load : *loads) now_are[load.job_id] = load.window;
  for (const WindowOf& wanted :
       FairWindows(*loads, options_.tenant_weights, askers, window)) {
    if (now_are[wanted.job_id] == wanted.window) continue;
    ChangeJobRequest request;
    request.job_id = wanted.job_id;
    request.window = wanted.window;
    request.now = now();
    // A job that has just ended needs none.
    store_.ChangeJob(request).IgnoreError();
  }
}

Status Scheduler::FindFinished(const std::string& job_id) {
  bool found = true;
  while (found) {
    found = false;
    LT_ASSIGN_OR_RETURN(const JobRecord job, store_.GetJob(job_id));
    if (!IsLive(job.state) || !job.binding) return OkStatus();
    LT_ASSIGN_OR_RETURN(const std::vector<TaskRecord> tasks,
                        store_.ListTasks(job_id));
    for (const TaskRecord& task : tasks) {
      if (task.state != TaskState::kReady) continue;
      const auto cached =
          CompleteFromCache(job_id, task, job.tenant, *job.binding,
                            TaskKey(*task.spec, *job.binding, job.tenant));
      if (cached.status().code() == StatusCode::kAborted) continue;
      LT_RETURN_IF_ERROR(cached.status());
      found = found || *cached;
    }
  }
  return OkStatus();
}

}  // namespace longtake::coordinator
