#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "common/job/job_json.h"
#include "common/log/log.h"
#include "coordinator/schedule/job_views.h"
#include "coordinator/schedule/lost_results.h"
#include "coordinator/schedule/scheduler.h"
#include "coordinator/store/job_state.h"

// What users change of a job. The store changes first, then the job's log, then
// the caller is answered: what was acknowledged is in both.

namespace longtake::coordinator {

Status Scheduler::WriteDown(const std::string& job_id, JobChange change) {
  if (!options_.durable) return OkStatus();
  change.at_micros = absl::ToUnixMicros(now());
  return Annotate(
      log_.Append(job_id, change),
      fmt::format("job {}: the change can't be written down", job_id));
}

Status Scheduler::Acknowledge(const std::string& job_id, JobChange change) {
  const int64_t epoch = epoch_;
  LT_RETURN_IF_ERROR(WriteDown(job_id, std::move(change)));
  // A rebuild that read the log before this was written has forgotten the
  // change again.
  LT_ASSIGN_OR_RETURN(const StateStamp stamp, store_.Stamp());
  if (stamp.epoch == epoch) return OkStatus();
  return Unavailable("the farm's state was rebuilt meanwhile; try again");
}

Status Scheduler::WriteDownEnd(const std::string& job_id) {
  if (!options_.durable) return OkStatus();
  LT_ASSIGN_OR_RETURN(const JobRecord job, store_.GetJob(job_id));
  if (!HasEnded(job.state)) return OkStatus();
  LT_ASSIGN_OR_RETURN(const std::vector<JobChange> changes, log_.Read(job_id));
  JobRecord known;
  for (const JobChange& change : changes) ApplyChange(change, &known);
  if (known.state == job.state) return OkStatus();
  CountEnd(job);
  JobChange change;
  change.kind = job.state == JobState::kCancelled ? JobChange::Kind::kCancelled
                                                  : JobChange::Kind::kEnded;
  change.state = job.state;
  change.error = job.error;
  change.take = job.take;
  change.progress = job.progress;
  return WriteDown(job_id, std::move(change));
}

StatusOr<JobView> Scheduler::ChangeJob(const ChangeJobRequest& request,
                                       const JobChange& change) {
  LT_RETURN_IF_ERROR(CheckReady());
  const auto job = store_.GetJob(request.job_id);
  if (!job.ok()) return Explain(request.job_id, job.status());
  LT_RETURN_IF_ERROR(store_.ChangeJob(request));
  stays_.Drop();
  LT_RETURN_IF_ERROR(Acknowledge(request.job_id, change));
  Log(LogLevel::kInfo, "job changed",
      {{"job", request.job_id}, {"change", request.event}});
  signals_.JobChanged(request.job_id);
  signals_.QueueChanged();
  return ViewById(request.job_id);
}

StatusOr<JobView> Scheduler::SetPaused(const std::string& job_id, bool paused) {
  ChangeJobRequest request;
  request.job_id = job_id;
  request.paused = paused;
  request.now = now();
  request.event = paused ? "paused" : "resumed";
  JobChange change;
  change.kind = paused ? JobChange::Kind::kPaused : JobChange::Kind::kResumed;
  return ChangeJob(request, change);
}

StatusOr<JobView> Scheduler::SetPriority(const std::string& job_id,
                                         int priority) {
  if (priority < -kMaxPriority || priority > kMaxPriority) {
    return InvalidArgument(fmt::format("priority {} is not in {}..{}", priority,
                                       -kMaxPriority, kMaxPriority));
  }
  ChangeJobRequest request;
  request.job_id = job_id;
  request.priority = priority;
  request.now = now();
  request.event = fmt::format("priority {}", priority);
  JobChange change;
  change.kind = JobChange::Kind::kPriority;
  change.priority = priority;
  return ChangeJob(request, change);
}

StatusOr<JobView> Scheduler::Cancel(const std::string& job_id) {
  LT_RETURN_IF_ERROR(CheckReady());
  const int64_t epoch = epoch_;
  const Status ended = store_.EndJob(
      job_id, {JobState::kCancelled, OkStatus(), {}}, now(), "cancelled");
  leased_.ForgetJob(job_id);
  LT_ASSIGN_OR_RETURN(JobView view, ViewById(job_id));
  if (view.state == JobState::kCancelled) {
    LT_RETURN_IF_ERROR(WriteDownEnd(job_id));
    LT_ASSIGN_OR_RETURN(const StateStamp stamp, store_.Stamp());
    if (stamp.epoch != epoch) {
      return Unavailable("the farm's state was rebuilt meanwhile; try again");
    }
  }
  if (ended.ok()) {
    Log(LogLevel::kInfo, "job cancelled", {{"job", job_id}});
    NoteTrouble(job_id, OkStatus());
    signals_.JobChanged(job_id);
    return view;
  }
  if (view.state == JobState::kCancelled) return view;
  return ended;
}

StatusOr<RetryRequest> Scheduler::PrepareRetry(const JobRecord& job) {
  RetryRequest request;
  request.job_id = job.job_id;
  request.now = now();
  request.event = "put back to work";
  const WorkerDirectory::Snapshot workers = workers_.Live();
  const std::vector<WorkerRecord>& live = *workers;
  const auto serves = [&live](const JobRecord& j) {
    return std::any_of(live.begin(), live.end(),
                       [&j](const WorkerRecord& w) { return Serves(w, j); });
  };
  JobRecord unbound = job;
  unbound.binding.reset();
  if (job.binding && !serves(job) && serves(unbound)) {
    // The build that made the results is gone, a successor is here: what both
    // agree on comes back from the cache.
    request.unbind = true;
    return request;
  }
  LT_ASSIGN_OR_RETURN(const std::vector<TaskRecord> tasks,
                      store_.ListTasks(job.job_id));
  LostWork work = FindLostWork(tasks, [this](const TaskResult& result) {
    return cache_.VerifyAllBlobs(result);
  });
  for (LostResult& lost : work.lost) {
    request.lost.push_back(std::move(lost.task_id));
  }
  request.drop = std::move(work.drop);
  return request;
}

StatusOr<JobView> Scheduler::Retry(const std::string& job_id) {
  LT_RETURN_IF_ERROR(CheckReady());
  const auto found = store_.GetJob(job_id);
  if (!found.ok()) return Explain(job_id, found.status());
  const JobRecord& job = *found;
  if (!IsLive(job.state)) {
    LT_RETURN_IF_ERROR(CheckInputs(job.spec));
    LT_ASSIGN_OR_RETURN(const RetryRequest request, PrepareRetry(job));
    const Status retried = store_.RetryJob(request);
    if (!retried.ok()) {
      // Somebody else's retry was faster: that is what was asked for.
      LT_ASSIGN_OR_RETURN(JobView view, ViewById(job_id));
      if (IsLive(view.state)) return view;
      return retried;
    }
    stays_.Drop();
    if (request.unbind) {
      JobChange unbound;
      unbound.kind = JobChange::Kind::kBound;
      LT_RETURN_IF_ERROR(WriteDown(job_id, std::move(unbound)));
    }
    JobChange change;
    change.kind = JobChange::Kind::kRetried;
    LT_RETURN_IF_ERROR(Acknowledge(job_id, std::move(change)));
    Log(LogLevel::kInfo, "job retried",
        {{"job", job_id}, {"lost_results", request.lost.size()}});
    LT_RETURN_IF_ERROR(Plan(job_id));
    signals_.JobChanged(job_id);
    signals_.QueueChanged();
  }
  return ViewById(job_id);
}

}  // namespace longtake::coordinator
