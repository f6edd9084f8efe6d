#include "coordinator/store/memory/memory_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "coordinator/store/job_state.h"
#include "coordinator/store/progress.h"
#include "coordinator/store/task_state.h"

// Jobs, events, queue and workers; the transitions of tasks are in
// memory_transitions.cc.

namespace longtake::coordinator {

StatusOr<MemoryStore::JobEntry*> MemoryStore::FindJob(
    const std::string& job_id) {
  const auto it = jobs_.find(job_id);
  if (it == jobs_.end()) return NotFound(fmt::format("no job {}", job_id));
  return it->second.get();
}

StatusOr<MemoryStore::Found> MemoryStore::FindTask(const std::string& job_id,
                                                   const std::string& task_id) {
  LT_ASSIGN_OR_RETURN(JobEntry * job, FindJob(job_id));
  const auto it = job->index.find(task_id);
  if (it == job->index.end()) {
    return NotFound(fmt::format("job {} has no task {}", job_id, task_id));
  }
  return Found{job, &job->tasks[it->second]};
}

void MemoryStore::AppendEvent(JobEntry& job, const std::string& text,
                              const std::string& task_id,
                              const std::string& worker_id, absl::Time now) {
  job.record.progress.stage = StageOf(job.record);
  if (text.empty()) return;
  JobEvent event;
  event.sequence = ++job.record.last_event_sequence;
  event.at_micros = absl::ToUnixMicros(now);
  event.text = text;
  event.state = job.record.state;
  event.progress = job.record.progress;
  event.task_id = task_id;
  event.worker_id = worker_id;
  job.record.last_event_at = now;
  job.events.push_back(std::move(event));
  if (job.events.size() > kMinEventsKept) job.events.pop_front();
}

int MemoryStore::AppendTasks(JobEntry& job,
                             const std::vector<TaskRecord>& tasks,
                             absl::Time now) {
  int added = 0;
  for (const TaskRecord& task : tasks) {
    if (!job.index.emplace(task.task_id, job.tasks.size()).second) continue;
    job.tasks.push_back(task);
    job.tasks.back().state = TaskState::kReady;
    job.tasks.back().attempt = job.attempt_floor;
    job.tasks.back().ready_at = now;
    ++added;
    Index(job, job.tasks.back());
  }
  return added;
}

void MemoryStore::ForgetOldJobs() {
  while (ended_.size() > options_.max_ended_jobs) {
    const int64_t oldest = *ended_.begin();
    ended_.erase(ended_.begin());
    jobs_.erase(by_sequence_[oldest]);
    by_sequence_.erase(oldest);
  }
}

StatusOr<CreateOutcome> MemoryStore::CreateJob(
    const JobRecord& job, const std::vector<TaskRecord>& tasks,
    const std::string& event) {
  absl::MutexLock lock(&mutex_);
  const auto known = jobs_.find(job.job_id);
  if (known != jobs_.end()) return CreateOutcome{false, known->second->record};
  auto entry = std::make_unique<JobEntry>();
  JobEntry& created = *entry;
  created.record = job;
  created.record.submit_sequence = ++last_sequence_;
  by_sequence_[last_sequence_] = job.job_id;
  jobs_.emplace(job.job_id, std::move(entry));
  if (HasEnded(job.state)) ended_.insert(last_sequence_);
  AppendTasks(created, tasks, job.submitted_at);
  TopUp(created);
  AppendEvent(created, event, "", "", job.submitted_at);
  ForgetOldJobs();
  return CreateOutcome{true, created.record};
}

StatusOr<JobRecord> MemoryStore::GetJob(const std::string& job_id) {
  absl::MutexLock lock(&mutex_);
  LT_ASSIGN_OR_RETURN(JobEntry * job, FindJob(job_id));
  return job->record;
}

StatusOr<std::vector<JobRecord>> MemoryStore::ListJobs(
    const std::string& tenant, int64_t before_sequence, int limit) {
  absl::MutexLock lock(&mutex_);
  std::vector<JobRecord> jobs;
  auto it = before_sequence > 0 ? by_sequence_.lower_bound(before_sequence)
                                : by_sequence_.end();
  while (it != by_sequence_.begin() &&
         jobs.size() < static_cast<size_t>(std::max(limit, 0))) {
    --it;
    const JobRecord& record = jobs_.at(it->second)->record;
    if (tenant.empty() || record.tenant == tenant) jobs.push_back(record);
  }
  return jobs;
}

StatusOr<std::vector<TaskRecord>> MemoryStore::ListTasks(
    const std::string& job_id) {
  absl::MutexLock lock(&mutex_);
  LT_ASSIGN_OR_RETURN(JobEntry * job, FindJob(job_id));
  return job->tasks;
}

StatusOr<TaskInJob> MemoryStore::GetTask(const std::string& job_id,
                                         const std::string& task_id) {
  absl::MutexLock lock(&mutex_);
  LT_ASSIGN_OR_RETURN(Found found, FindTask(job_id, task_id));
  const JobRecord& job = found.job->record;
  return TaskInJob{*found.task, job.state, job.tenant, job.binding};
}

StatusOr<EventPage> MemoryStore::ListEvents(const std::string& job_id,
                                            int64_t after, int limit) {
  absl::MutexLock lock(&mutex_);
  LT_ASSIGN_OR_RETURN(JobEntry * job, FindJob(job_id));
  EventPage page;
  auto it = std::upper_bound(
      job->events.begin(), job->events.end(), after,
      [](int64_t a, const JobEvent& event) { return a < event.sequence; });
  for (; it != job->events.end() &&
         page.events.size() < static_cast<size_t>(std::max(limit, 0));
       ++it) {
    page.events.push_back(*it);
  }
  page.ended = HasEnded(job->record.state) && it == job->events.end();
  return page;
}

StatusOr<std::vector<ReadyTask>> MemoryStore::PollReady(
    const PollRequest& request) {
  absl::MutexLock lock(&mutex_);
  std::vector<ReadyTask> tasks;
  auto it = request.after ? queue_.upper_bound(*request.after) : queue_.begin();
  while (it != queue_.end() &&
         tasks.size() < static_cast<size_t>(std::max(request.limit, 0))) {
    const JobEntry& job = *jobs_.at(it->second.first);
    const auto fits = [&job](const EngineBinding& engine) {
      return job.record.binding ? *job.record.binding == engine
                                : engine.name == job.record.spec.engine;
    };
    const TaskRecord& task = job.tasks[job.index.at(it->second.second)];
    const auto& engines = request.offer.engines;
    const auto engine = std::find_if(engines.begin(), engines.end(), fits);
    if (engine != engines.end() && Meets(request.offer, task.needs)) {
      const auto* render = std::get_if<RenderTask>(&task.spec->task);
      tasks.push_back(
          {it->first, it->second.first, it->second.second, task.avoid_workers,
           *engine, render == nullptr ? "" : render->identity.sha256, nullptr});
    }
    ++it;
  }
  return tasks;
}

StatusOr<std::vector<DueTask>> MemoryStore::ListDue(absl::Time now, int limit) {
  absl::MutexLock lock(&mutex_);
  std::vector<DueTask> tasks;
  for (const DueKey& key : due_) {
    if (std::get<0>(key) > now || static_cast<int>(tasks.size()) >= limit) {
      break;
    }
    LT_ASSIGN_OR_RETURN(Found found,
                        FindTask(std::get<1>(key), std::get<2>(key)));
    tasks.push_back({std::get<1>(key), std::get<2>(key), found.task->state,
                     std::get<3>(key)});
  }
  return tasks;
}

Status MemoryStore::PutWorker(const WorkerRecord& worker) {
  absl::MutexLock lock(&mutex_);
  WorkerRecord& record = workers_[worker.worker_id];
  const WorkerHealth health = record.health;
  record = worker;
  record.health = health;
  return OkStatus();
}

Status MemoryStore::DrainWorker(const std::string& worker_id) {
  absl::MutexLock lock(&mutex_);
  const auto it = workers_.find(worker_id);
  if (it == workers_.end()) {
    return NotFound(fmt::format("worker {} is not registered", worker_id));
  }
  it->second.draining = true;
  return OkStatus();
}

Status MemoryStore::PutWorkerHealth(const std::string& worker_id,
                                    const WorkerHealth& health) {
  absl::MutexLock lock(&mutex_);
  const auto it = workers_.find(worker_id);
  if (it != workers_.end()) it->second.health = health;
  return OkStatus();
}

StatusOr<WorkerRecord> MemoryStore::TouchWorker(const std::string& worker_id,
                                                absl::Time now) {
  absl::MutexLock lock(&mutex_);
  const auto it = workers_.find(worker_id);
  if (it == workers_.end()) {
    return NotFound(fmt::format("worker {} is not registered", worker_id));
  }
  it->second.last_seen = std::max(it->second.last_seen, now);
  return it->second;
}

StatusOr<std::vector<WorkerRecord>> MemoryStore::ListWorkers(absl::Time since) {
  absl::MutexLock lock(&mutex_);
  std::vector<WorkerRecord> workers;
  for (auto it = workers_.begin(); it != workers_.end();) {
    if (it->second.last_seen < since) {
      it = workers_.erase(it);
      continue;
    }
    workers.push_back(it->second);
    const auto busy = busy_.find(it->first);
    workers.back().busy = busy == busy_.end() ? 0 : busy->second;
    ++it;
  }
  return workers;
}

StatusOr<StateStamp> MemoryStore::Stamp() {
  absl::MutexLock lock(&mutex_);
  return StateStamp{epoch_, ""};
}

Status MemoryStore::PutStamp(int64_t epoch) {
  absl::MutexLock lock(&mutex_);
  epoch_ = epoch;
  return OkStatus();
}

Status MemoryStore::Clear(int64_t epoch) {
  absl::MutexLock lock(&mutex_);
  jobs_.clear();
  by_sequence_.clear();
  ended_.clear();
  queue_.clear();
  due_.clear();
  busy_.clear();
  epoch_ = epoch;
  return OkStatus();
}

}  // namespace longtake::coordinator
