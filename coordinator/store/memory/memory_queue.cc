#include <algorithm>

#include "coordinator/store/job_state.h"
#include "coordinator/store/memory/memory_store.h"
#include "coordinator/store/progress.h"
#include "coordinator/store/task_state.h"

// What is kept beside the records: queue, backlogs, timers, counters.

namespace longtake::coordinator {
namespace {

void AddContribution(const TaskRecord& task, int sign, JobProgress* progress) {
  const Contribution c = ContributionOf(task);
  progress->frames_done += sign * c.frames;
  progress->segments_done += sign * c.segments_done;
  progress->segments_rendered += sign * c.segments_rendered;
}

}  // namespace

void MemoryStore::Unindex(JobEntry& job, TaskRecord& task) {
  const size_t index = job.index.at(task.task_id);
  const std::string& job_id = job.record.job_id;
  if (task.state == TaskState::kReady && task.queued) {
    const auto it = std::find_if(
        job.queued.begin(), job.queued.end(),
        [index](const auto& entry) { return entry.second == index; });
    queue_.erase({job.record.spec.priority, it->first});
    job.queued.erase(it);
    task.queued = false;
  } else if (task.state == TaskState::kReady) {
    job.backlog.erase(index);
  } else if (task.state == TaskState::kWaitingRetry) {
    due_.erase({task.not_before, job_id, task.task_id, 0});
  }
  for (const TaskLease& lease : task.leases) {
    due_.erase({lease.expires, job_id, task.task_id, lease.attempt});
    if (--busy_[lease.worker_id] <= 0) busy_.erase(lease.worker_id);
  }
  if (IsOpen(task.state)) {
    --job.record.open_tasks[static_cast<size_t>(task.kind)];
  }
  AddContribution(task, -1, &job.record.progress);
}

void MemoryStore::Index(JobEntry& job, TaskRecord& task) {
  const std::string& job_id = job.record.job_id;
  if (task.state == TaskState::kReady) {
    job.backlog.insert(job.index.at(task.task_id));
  } else if (task.state == TaskState::kWaitingRetry) {
    due_.insert({task.not_before, job_id, task.task_id, 0});
  }
  for (const TaskLease& lease : task.leases) {
    due_.insert({lease.expires, job_id, task.task_id, lease.attempt});
    ++busy_[lease.worker_id];
  }
  if (IsOpen(task.state)) {
    ++job.record.open_tasks[static_cast<size_t>(task.kind)];
  }
  AddContribution(task, +1, &job.record.progress);
}

void MemoryStore::TopUp(JobEntry& job) {
  if (!IsLive(job.record.state) || job.record.paused) return;
  while (!job.backlog.empty() &&
         static_cast<int>(job.queued.size()) < job.record.window) {
    const size_t index = *job.backlog.begin();
    job.backlog.erase(job.backlog.begin());
    TaskRecord& task = job.tasks[index];
    task.queued = true;
    job.queued[++last_order_] = index;
    queue_[{job.record.spec.priority, last_order_}] = {job.record.job_id,
                                                       task.task_id};
  }
}

void MemoryStore::Withdraw(JobEntry& job) {
  for (const auto& [order, index] : job.queued) {
    queue_.erase({job.record.spec.priority, order});
    job.tasks[index].queued = false;
    job.backlog.insert(index);
  }
  job.queued.clear();
}

StatusOr<std::vector<JobLoad>> MemoryStore::ListLoads() {
  absl::MutexLock lock(&mutex_);
  std::vector<JobLoad> loads;
  for (const auto& [sequence, job_id] : by_sequence_) {
    const JobEntry& job = *jobs_.at(job_id);
    if (!IsLive(job.record.state)) continue;
    const JobRecord& record = job.record;
    JobLoad load{record.job_id,
                 record.tenant,
                 record.spec.priority,
                 record.submit_sequence,
                 record.paused,
                 record.spec.in_order,
                 record.window,
                 record.spec.needs,
                 {},
                 record.spec.support_needs,
                 {}};
    for (const TaskRecord& task : job.tasks) {
      TaskCounts& counts = Draws(task.kind) ? load.draw : load.support;
      counts.ready += task.state == TaskState::kReady && !task.queued;
      counts.queued += task.state == TaskState::kReady && task.queued;
      counts.leased += task.state == TaskState::kLeased;
      counts.waiting += task.state == TaskState::kWaitingRetry;
    }
    loads.push_back(std::move(load));
  }
  return loads;
}

}  // namespace longtake::coordinator
