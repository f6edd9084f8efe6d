#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "common/job/job_json.h"
#include "common/log/log.h"
#include "coordinator/planner/planner.h"
#include "coordinator/schedule/job_views.h"
#include "coordinator/schedule/manifest.h"
#include "coordinator/schedule/scheduler.h"
#include "coordinator/store/job_state.h"
#include "coordinator/store/task_state.h"

// What users ask for: submit, look, cancel, retry.

namespace longtake::coordinator {
namespace {

Status OtherSpec(const std::string& job_id) {
  return AlreadyExists(
      fmt::format("the idempotency key belongs to job {} with another spec; "
                  "use a new key",
                  job_id));
}

// File names are for messages only: the same files under other names are the
// same job.
bool SameSpec(const JobSpec& a, const JobSpec& b) {
  return InputsDigest(a) == InputsDigest(b) && a.priority == b.priority &&
         a.labels == b.labels;
}

}  // namespace

Scheduler::Scheduler(Store& store, ArtifactStore& artifacts, Clock& clock,
                     SchedulerOptions options)
    : store_(store),
      artifacts_(artifacts),
      clock_(clock),
      options_(std::move(options)),
      cache_(artifacts) {}

SchedulerCounts Scheduler::counts() const {
  return {stale_reports_, expired_leases_, cache_hits_, cache_.conflicts()};
}

JobView Scheduler::ViewWithTasks(const JobRecord& job,
                                 const std::vector<TaskRecord>& tasks) {
  JobView view = ViewOf(job);
  view.warnings = WarningsOf(tasks);
  if (IsLive(job.state)) {
    view.waiting_for = WaitingFor(job, tasks, LiveWorkers());
    absl::MutexLock lock(&mutex_);
    const auto trouble = trouble_.find(job.job_id);
    if (trouble != trouble_.end()) {
      view.waiting_for = fmt::format("the artifact store: {}", trouble->second);
    }
  }
  return view;
}

StatusOr<JobView> Scheduler::ViewById(const std::string& job_id) {
  LT_ASSIGN_OR_RETURN(const JobRecord job, store_.GetJob(job_id));
  LT_ASSIGN_OR_RETURN(const std::vector<TaskRecord> tasks,
                      store_.ListTasks(job_id));
  return ViewWithTasks(job, tasks);
}

Status Scheduler::CheckInputs(const JobSpec& spec) {
  const std::pair<const char*, const InputFile*> inputs[] = {
      {"portrait", &spec.portrait},
      {"audio", &spec.audio},
      {"motion", &spec.motion}};
  for (const auto& [what, file] : inputs) {
    if (file->blob.empty()) continue;
    const Status whole = artifacts_.VerifyBlob(file->blob);
    if (whole.ok()) continue;
    if (whole.code() == StatusCode::kDataLoss) {
      Log(LogLevel::kWarning, "damaged input dropped",
          {{"blob", file->blob.sha256}, {"what", what}});
    } else if (whole.code() != StatusCode::kNotFound) {
      return Annotate(whole, what);
    }
    return FailedPrecondition(
        fmt::format("{} {} is not in the artifact store; upload it first", what,
                    file->name));
  }
  return OkStatus();
}

Status Scheduler::WriteManifest(JobRecord* job) {
  const std::string name = ManifestName(job->job_id);
  const JobManifest manifest{job->job_id, job->tenant, job->idempotency_key,
                             job->spec, absl::ToUnixMicros(job->submitted_at)};
  LT_ASSIGN_OR_RETURN(const bool created,
                      artifacts_.PutIfAbsent(name, ManifestToJson(manifest)));
  if (created) return OkStatus();
  LT_ASSIGN_OR_RETURN(const std::string known, artifacts_.Get(name));
  LT_ASSIGN_OR_RETURN(const JobManifest there, ManifestFromJson(known));
  if (!SameSpec(there.spec, job->spec)) return OtherSpec(job->job_id);
  job->submitted_at = absl::FromUnixMicros(there.submitted_at_micros);
  return OkStatus();
}

StatusOr<SubmitOutcome> Scheduler::Submit(const std::string& tenant_or_empty,
                                          const std::string& idempotency_key,
                                          const JobSpec& spec) {
  const std::string tenant =
      tenant_or_empty.empty() ? kDefaultTenant : tenant_or_empty;
  LT_RETURN_IF_ERROR(ValidateJobKey(tenant, idempotency_key));
  LT_RETURN_IF_ERROR(ValidateJobSpec(spec));
  JobRecord job;
  job.job_id = MakeJobId(tenant, idempotency_key);
  const auto known = store_.GetJob(job.job_id);
  if (known.ok()) {
    if (!SameSpec(known->spec, spec)) return OtherSpec(job.job_id);
    LT_ASSIGN_OR_RETURN(JobView view, ViewById(job.job_id));
    return SubmitOutcome{std::move(view), false};
  }
  LT_RETURN_IF_ERROR(CheckInputs(spec));
  job.tenant = tenant;
  job.idempotency_key = idempotency_key;
  job.spec = spec;
  job.inputs_digest = InputsDigest(spec);
  job.submitted_at = now();
  LT_RETURN_IF_ERROR(WriteManifest(&job));
  LT_ASSIGN_OR_RETURN(const JobPlan plan, PlanJob({job, {}, std::nullopt}));
  LT_ASSIGN_OR_RETURN(const CreateOutcome outcome,
                      store_.CreateJob(job, plan.tasks, "submitted"));
  if (outcome.created) {
    Log(LogLevel::kInfo, "job submitted",
        {{"job", job.job_id}, {"tenant", tenant}, {"engine", spec.engine}});
    signals_.JobChanged(job.job_id);
    signals_.QueueChanged();
  } else if (!SameSpec(outcome.job.spec, spec)) {
    return OtherSpec(job.job_id);
  }
  LT_ASSIGN_OR_RETURN(JobView view, ViewById(job.job_id));
  return SubmitOutcome{std::move(view), outcome.created};
}

StatusOr<JobView> Scheduler::GetJob(const std::string& job_id) {
  return ViewById(job_id);
}

StatusOr<JobPage> Scheduler::ListJobs(const std::string& tenant,
                                      int64_t before_sequence, int limit) {
  LT_ASSIGN_OR_RETURN(const std::vector<JobRecord> jobs,
                      store_.ListJobs(tenant, before_sequence, limit));
  JobPage page;
  for (const JobRecord& job : jobs) {
    page.jobs.push_back(ViewOf(job));
    page.jobs.back().seams.clear();
    page.sequences.push_back(job.submit_sequence);
  }
  page.full = limit > 0 && static_cast<int>(jobs.size()) == limit;
  return page;
}

StatusOr<std::vector<TaskView>> Scheduler::ListTasks(const std::string& job_id,
                                                     bool all_kinds) {
  LT_ASSIGN_OR_RETURN(const std::vector<TaskRecord> tasks,
                      store_.ListTasks(job_id));
  std::vector<TaskView> views;
  for (const TaskRecord& task : tasks) {
    if (all_kinds || task.kind == TaskKind::kRender) {
      views.push_back(ViewOf(task));
    }
  }
  return views;
}

StatusOr<EventPage> Scheduler::ListEvents(const std::string& job_id,
                                          int64_t after, int limit) {
  return store_.ListEvents(job_id, after, limit);
}

StatusOr<JobView> Scheduler::Cancel(const std::string& job_id) {
  const Status ended = store_.EndJob(
      job_id, {JobState::kCancelled, OkStatus(), {}}, now(), "cancelled");
  LT_ASSIGN_OR_RETURN(JobView view, ViewById(job_id));
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
  const std::vector<WorkerRecord> live = LiveWorkers();
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
  int first_lost = kTaskKinds;
  for (const TaskRecord& task : tasks) {
    if (task.state != TaskState::kSucceeded ||
        cache_.VerifyAllBlobs(*task.result)) {
      continue;
    }
    request.lost.push_back(task.task_id);
    first_lost = std::min(first_lost, static_cast<int>(task.kind));
  }
  for (const TaskRecord& task : tasks) {
    if (task.state != TaskState::kSucceeded &&
        static_cast<int>(task.kind) > first_lost) {
      request.drop.push_back(task.task_id);
    }
  }
  return request;
}

StatusOr<JobView> Scheduler::Retry(const std::string& job_id) {
  LT_ASSIGN_OR_RETURN(const JobRecord job, store_.GetJob(job_id));
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
    Log(LogLevel::kInfo, "job retried",
        {{"job", job_id}, {"lost_results", request.lost.size()}});
    LT_RETURN_IF_ERROR(Plan(job_id));
    signals_.JobChanged(job_id);
    signals_.QueueChanged();
  }
  return ViewById(job_id);
}

}  // namespace longtake::coordinator
