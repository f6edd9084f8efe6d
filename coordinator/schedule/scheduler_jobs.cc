#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "common/job/job_json.h"
#include "common/log/log.h"
#include "coordinator/planner/planner.h"
#include "coordinator/schedule/job_views.h"
#include "coordinator/schedule/manifest.h"
#include "coordinator/schedule/scheduler.h"
#include "coordinator/store/job_state.h"
#include "coordinator/store/task_state.h"

// What users ask for: submit and look.

namespace longtake::coordinator {
namespace {

Status OtherSpec(const std::string& job_id) {
  return AlreadyExists(
      fmt::format("the idempotency key belongs to job {} with another spec; "
                  "use a new key",
                  job_id));
}

constexpr int kFirstWindow = 2;

FarmLimit AsFarmLimit(JobLimit limit) {
  switch (limit) {
    case JobLimit::kJobsPerTenant:
      return FarmLimit::kJobsPerTenant;
    case JobLimit::kJobs:
      return FarmLimit::kJobs;
    case JobLimit::kOpenTasks:
      break;
  }
  return FarmLimit::kOpenTasks;
}

// File names are for messages only: the same files under other names are the
// same job.
bool SameSpec(const JobSpec& a, const JobSpec& b) {
  return InputsDigest(a) == InputsDigest(b) && a.labels == b.labels;
}

}  // namespace

Scheduler::Scheduler(Store& store, ArtifactStore& artifacts, Clock& clock,
                     ChangeSignals& signals, SchedulerOptions options)
    : store_(store),
      artifacts_(artifacts),
      clock_(clock),
      options_(std::move(options)),
      cache_(artifacts, options_.metrics),
      blobs_(artifacts, options_.isolate_tenants),
      log_(artifacts),
      workers_(store, clock, options_.worker_timeout),
      signals_(signals) {}

void Scheduler::SetWhyNotReady(std::string why) {
  absl::MutexLock lock(&mutex_);
  why_not_ready_ = std::move(why);
}

Status Scheduler::CheckReady() const {
  if (epoch_ > 0) return OkStatus();
  absl::MutexLock lock(&mutex_);
  if (!why_not_ready_.empty()) return Unavailable(why_not_ready_);
  return Unavailable(
      "the farm's state is being rebuilt, or its store can't be reached; try "
      "again in a moment");
}

Status Scheduler::Explain(const std::string& job_id, const Status& status) {
  if (status.code() != StatusCode::kNotFound || !options_.durable) {
    return status;
  }
  if (!artifacts_.Get(ManifestName(job_id)).ok()) return status;
  suspicion_ = true;
  return Unavailable(fmt::format(
      "job {} is known, but the farm's state has lost it; it is about to be "
      "rebuilt, try again in a moment",
      job_id));
}

SchedulerCounts Scheduler::counts() const {
  return {stale_reports_, superseded_, expired_leases_, cache_hits_,
          cache_.conflicts()};
}

JobView Scheduler::ViewWithTasks(const JobRecord& job,
                                 const std::vector<TaskRecord>& tasks) {
  JobView view = ViewOf(job);
  view.warnings = WarningsOf(tasks);
  view.transcript_report = TranscriptReportOf(tasks);
  if (IsLive(job.state)) {
    view.waiting_for = WaitingFor(job, tasks, *workers_.Live(), now());
    absl::MutexLock lock(&mutex_);
    const auto trouble = trouble_.find(job.job_id);
    if (trouble != trouble_.end()) {
      view.waiting_for = fmt::format("the artifact store: {}", trouble->second);
    }
  }
  return view;
}

StatusOr<JobView> Scheduler::ViewById(const std::string& job_id) {
  LT_RETURN_IF_ERROR(CheckReady());
  const auto job = store_.GetJob(job_id);
  if (!job.ok()) return Explain(job_id, job.status());
  const auto tasks = store_.ListTasks(job_id);
  if (!tasks.ok()) return Explain(job_id, tasks.status());
  return ViewWithTasks(*job, *tasks);
}

Status Scheduler::InputIsMissing(const std::string& what,
                                 const InputFile& file) {
  return FailedPrecondition(fmt::format(
      "{} {} is not in the artifact store; upload it first", what, file.name));
}

Status Scheduler::CheckInputs(const JobSpec& spec) {
  for (const auto& [what, file] : InputsOf(spec)) {
    const Status whole = artifacts_.VerifyBlob(file->blob);
    if (whole.ok()) continue;
    if (whole.code() == StatusCode::kDataLoss) {
      Log(LogLevel::kWarning, "damaged input dropped",
          {{"blob", file->blob.sha256}, {"what", what}});
    } else if (whole.code() != StatusCode::kNotFound) {
      return Annotate(whole, what);
    }
    return InputIsMissing(what, *file);
  }
  return OkStatus();
}

Status Scheduler::WriteManifest(JobRecord* job) {
  if (!options_.durable) return OkStatus();
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
  LT_RETURN_IF_ERROR(CheckInputLimits(spec, options_.limits.inputs));
  LT_RETURN_IF_ERROR(CheckReady());
  JobRecord job;
  job.job_id = MakeJobId(tenant, idempotency_key);
  job.spec = spec;
  const auto known = store_.GetJob(job.job_id);
  if (!known.ok() && known.status().code() != StatusCode::kNotFound) {
    return known.status();
  }
  if (known.ok()) {
    if (!SameSpec(known->spec, spec)) return OtherSpec(job.job_id);
    LT_ASSIGN_OR_RETURN(JobView view, ViewById(job.job_id));
    return SubmitOutcome{std::move(view), false};
  }
  LT_ASSIGN_OR_RETURN(const std::vector<JobLoad> loads, store_.ListLoads());
  const auto refusal = RefuseJob(loads, tenant, options_.limits);
  if (refusal) {
    options_.metrics.Refused(AsFarmLimit(refusal->limit));
    return refusal->status;
  }
  const auto number = options_.tenant_numbers.find(tenant);
  LT_ASSIGN_OR_RETURN(
      job.spec.provenance,
      Decide(options_.provenance,
             number == options_.tenant_numbers.end() ? 0 : number->second,
             spec.provenance));
  LT_RETURN_IF_ERROR(CheckInputs(spec));
  // Its share is given to it when the windows are set next; until then it must
  // not crowd out the others.
  job.window = loads.empty() ? kDefaultWindow : kFirstWindow;
  job.epoch = epoch_;
  job.tenant = tenant;
  job.idempotency_key = idempotency_key;
  job.inputs_digest = InputsDigest(spec);
  job.submitted_at = now();
  LT_RETURN_IF_ERROR(WriteManifest(&job));
  LT_ASSIGN_OR_RETURN(
      const JobPlan plan,
      PlanJob({job, {}, std::nullopt, AnalysisLimitsOf(options_.limits)}));
  LT_ASSIGN_OR_RETURN(const CreateOutcome outcome,
                      store_.CreateJob(job, plan.tasks, "submitted"));
  if (outcome.created) {
    stays_.DropBelow(spec.priority);
    options_.metrics.JobSubmitted();
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

StatusOr<std::string> Scheduler::TenantOf(const std::string& job_id) {
  LT_RETURN_IF_ERROR(CheckReady());
  const StatusOr<JobRecord> job = store_.GetJob(job_id);
  if (job.ok()) return job->tenant;
  if (job.status().code() == StatusCode::kNotFound && options_.durable) {
    // Lost by the state, to be rebuilt: still this tenant's, and nobody else
    // is to learn that it is there.
    const StatusOr<std::string> text = artifacts_.Get(ManifestName(job_id));
    if (text.ok()) {
      LT_ASSIGN_OR_RETURN(const JobManifest manifest, ManifestFromJson(*text));
      return manifest.tenant;
    }
  }
  return job.status();
}

StatusOr<JobPage> Scheduler::ListJobs(const std::string& tenant,
                                      int64_t before_sequence, int limit) {
  LT_RETURN_IF_ERROR(CheckReady());
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
  LT_RETURN_IF_ERROR(CheckReady());
  const auto tasks = store_.ListTasks(job_id);
  if (!tasks.ok()) return Explain(job_id, tasks.status());
  std::vector<TaskView> views;
  bool renders = false;
  for (const TaskRecord& task : *tasks) {
    renders |= task.kind == TaskKind::kRender;
    if (all_kinds || task.kind == TaskKind::kRender) {
      views.push_back(ViewOf(task));
    }
  }
  if (renders) return views;
  LT_ASSIGN_OR_RETURN(std::vector<TaskView> planned,
                      DryRunRenders(job_id, *tasks));
  std::move(planned.begin(), planned.end(), std::back_inserter(views));
  return views;
}

StatusOr<EventPage> Scheduler::ListEvents(const std::string& job_id,
                                          int64_t after, int limit) {
  LT_RETURN_IF_ERROR(CheckReady());
  auto page = store_.ListEvents(job_id, after, limit);
  if (!page.ok()) return Explain(job_id, page.status());
  return page;
}

QueueView Scheduler::Queue(const std::vector<JobLoad>& loads) const {
  std::map<std::pair<std::string, int>, QueueDepth> depths;
  std::map<std::string, TenantShare> tenants;
  for (const JobLoad& load : loads) {
    TenantShare& share = tenants[load.tenant];
    share.tenant = load.tenant;
    const auto weight = options_.tenant_weights.find(load.tenant);
    if (weight != options_.tenant_weights.end()) share.weight = weight->second;
    ++share.jobs;
    for (const auto& [needs, counts] :
         {std::pair(&load.draw_needs, &load.draw),
          std::pair(&load.support_needs, &load.support)}) {
      share.ready += counts->ready;
      share.queued += counts->queued;
      share.leased += counts->leased;
      if (counts->total() == 0) continue;
      QueueDepth& depth = depths[{needs->pool, -load.priority}];
      depth.pool = needs->pool;
      depth.priority = load.priority;
      depth.ready += counts->ready;
      depth.queued += counts->queued;
      depth.leased += counts->leased;
      depth.waiting += counts->waiting;
    }
  }
  QueueView view;
  for (const auto& [place, depth] : depths) view.depths.push_back(depth);
  for (const auto& [name, share] : tenants) view.tenants.push_back(share);
  return view;
}

StatusOr<QueueView> Scheduler::GetQueue() {
  LT_RETURN_IF_ERROR(CheckReady());
  LT_ASSIGN_OR_RETURN(const std::vector<JobLoad> loads, store_.ListLoads());
  return Queue(loads);
}

}  // namespace longtake::coordinator
