#include "coordinator/schedule/recovery.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "common/job/job_json.h"
#include "common/log/log.h"
#include "coordinator/planner/planner.h"
#include "coordinator/schedule/epoch.h"
#include "coordinator/schedule/job_log.h"
#include "coordinator/schedule/manifest.h"
#include "coordinator/store/job_state.h"

namespace longtake::coordinator {
namespace {

constexpr char kInstanceName[] = "state/instance";
constexpr char kJobsPrefix[] = "jobs/";
constexpr char kTurn[] = "recovery";
// Renewed after each job: a coordinator that dies holds the others up so long.
constexpr absl::Duration kTurnLength = absl::Seconds(15);
// Sequences of a rebuilt job's events lie above all earlier ones: nobody sends
// 2^32 events of one job in one epoch, and 2^31 epochs fit.
constexpr int kEpochShift = 32;
constexpr absl::Duration kLookForOthersEvery = absl::Seconds(5);

// "" for a name that is not of a job.
std::string JobIdOf(const std::string& name) {
  const size_t begin = sizeof(kJobsPrefix) - 1;
  const size_t end = name.find('/', begin);
  return end == std::string::npos ? "" : name.substr(begin, end - begin);
}

}  // namespace

Recovery::Recovery(Store& store, ArtifactStore& artifacts, Clock& clock,
                   RecoveryOptions options)
    : store_(store),
      artifacts_(artifacts),
      clock_(clock),
      options_(std::move(options)) {}

std::vector<std::string> Recovery::TakeRestored() {
  return std::exchange(restored_, {});
}

StatusOr<bool> Recovery::IsWhole(const StateStamp& stamp) {
  if (stamp.epoch == 0) return false;
  LT_ASSIGN_OR_RETURN(const bool forgotten, store_.HasForgotten());
  if (forgotten) return false;
  if (stamp.epoch == epoch_ && stamp.instance == instance_) return true;
  LT_ASSIGN_OR_RETURN(const int64_t newest, NewestEpoch(artifacts_));
  if (stamp.epoch != newest) return false;
  const bool watched = stamp.epoch == epoch_;
  if (!watched) {
    // Nobody vouches for what happened before this coordinator looked, but the
    // server if it is the same one still.
    const auto proven = artifacts_.Get(kInstanceName);
    if (!proven.ok() && proven.status().code() != StatusCode::kNotFound) {
      return proven.status();
    }
    if (!proven.ok() || *proven != stamp.instance) return false;
  } else if (stamp.instance != instance_) {
    // Another server, and all that was seen acknowledged is there.
    LT_RETURN_IF_ERROR(artifacts_.Put(kInstanceName, stamp.instance));
    Log(LogLevel::kInfo, "the state survived its server",
        {{"instance", stamp.instance}, {"epoch", stamp.epoch}});
  }
  epoch_ = stamp.epoch;
  instance_ = stamp.instance;
  return true;
}

bool Recovery::IsTakenOver(const StateStamp& stamp, int64_t newest) {
  if (newest <= stamp.epoch) return false;
  // Where the artifact store does not answer, others see to that.
  const std::string server =
      InstanceOfEpoch(artifacts_, newest).value_or(stamp.instance);
  if (server.empty() || server == stamp.instance) return false;
  // Whoever took the epoch may have died before there was a state: after that
  // its server is written down.
  return artifacts_.Get(kInstanceName).value_or(stamp.instance) == server;
}

Status Recovery::CheckAlone(const StateStamp& stamp) {
  const absl::Time now = clock_.Now();
  if (now < next_look_for_others_) return OkStatus();
  const int64_t newest = NewestEpoch(artifacts_).value_or(stamp.epoch);
  if (!IsTakenOver(stamp, newest)) {
    next_look_for_others_ = now + kLookForOthersEvery;
    return OkStatus();
  }
  return FailedPrecondition(fmt::format(
      "another farm has taken over the artifact directory (recovery epoch {}, "
      "this one's state is of {}): coordinators of one directory must share "
      "one Redis; stop this farm, or give it a directory of its own",
      newest, stamp.epoch));
}

StatusOr<int64_t> Recovery::Ensure(const std::function<void()>& on_loss) {
  LT_ASSIGN_OR_RETURN(const StateStamp stamp, store_.Stamp());
  LT_ASSIGN_OR_RETURN(const bool whole, IsWhole(stamp));
  if (whole) {
    const Status alone = CheckAlone(stamp);
    if (alone.ok()) return stamp.epoch;
    on_loss();
    return alone;
  }
  on_loss();
  LT_ASSIGN_OR_RETURN(const bool turn,
                      store_.TakeTurn(kTurn, options_.owner, kTurnLength));
  if (!turn) {
    return Unavailable(
        "the farm's state is being rebuilt by another coordinator; try again "
        "in a moment");
  }
  // Somebody may have done it between the look and the turn.
  LT_ASSIGN_OR_RETURN(const StateStamp now, store_.Stamp());
  if (now.epoch != stamp.epoch || now.instance != stamp.instance) {
    return Unavailable("the farm's state has just changed; try again");
  }
  return Rebuild(now.instance);
}

StatusOr<int64_t> Recovery::Rebuild(const std::string& instance) {
  LT_ASSIGN_OR_RETURN(const int64_t epoch, TakeNextEpoch(artifacts_, instance));
  LT_RETURN_IF_ERROR(store_.Clear(0));
  counts_.restored_jobs = 0;
  counts_.unreadable = 0;
  restored_.clear();
  if (options_.durable) LT_RETURN_IF_ERROR(RestoreAll(epoch));
  LT_ASSIGN_OR_RETURN(const StateStamp stamp, store_.Stamp());
  if (options_.durable) {
    LT_RETURN_IF_ERROR(artifacts_.Put(kInstanceName, stamp.instance));
  }
  LT_RETURN_IF_ERROR(store_.PutStamp(epoch));
  ++counts_.rebuilt;
  epoch_ = epoch;
  instance_ = stamp.instance;
  Log(LogLevel::kInfo, "state rebuilt",
      {{"epoch", epoch},
       {"jobs", counts_.restored_jobs},
       {"unreadable", counts_.unreadable}});
  return epoch;
}

Status Recovery::RestoreAll(int64_t epoch) {
  LT_ASSIGN_OR_RETURN(const std::vector<std::string> names,
                      artifacts_.List(kJobsPrefix));
  std::set<std::string> job_ids;
  for (const std::string& name : names) job_ids.insert(JobIdOf(name));
  job_ids.erase("");
  std::vector<JobRecord> live;
  std::vector<JobRecord> ended;
  for (const std::string& job_id : job_ids) {
    auto job = ReadJob(job_id, epoch);
    if (!job.ok()) {
      if (job.status().code() == StatusCode::kUnavailable) return job.status();
      ++counts_.unreadable;
      Log(LogLevel::kError, "job can't be restored",
          {{"job", job_id}, {"error", job.status()}});
      continue;
    }
    (HasEnded(job->state) ? ended : live).push_back(*std::move(job));
  }
  const auto earlier = [](const JobRecord& a, const JobRecord& b) {
    return std::tie(a.submitted_at, a.job_id) <
           std::tie(b.submitted_at, b.job_id);
  };
  std::sort(ended.begin(), ended.end(), earlier);
  if (ended.size() > options_.max_ended_jobs) {
    ended.erase(ended.begin(),
                ended.end() - static_cast<int64_t>(options_.max_ended_jobs));
  }
  for (JobRecord& job : ended) live.push_back(std::move(job));
  std::sort(live.begin(), live.end(), earlier);
  for (const JobRecord& job : live) LT_RETURN_IF_ERROR(Restore(job));
  return OkStatus();
}

StatusOr<JobRecord> Recovery::ReadJob(const std::string& job_id,
                                      int64_t epoch) {
  LT_ASSIGN_OR_RETURN(const std::string bytes,
                      artifacts_.Get(ManifestName(job_id)));
  LT_ASSIGN_OR_RETURN(const JobManifest manifest, ManifestFromJson(bytes));
  JobRecord job;
  job.job_id = job_id;
  job.tenant = manifest.tenant;
  job.idempotency_key = manifest.idempotency_key;
  job.spec = manifest.spec;
  job.inputs_digest = InputsDigest(manifest.spec);
  job.submitted_at = absl::FromUnixMicros(manifest.submitted_at_micros);
  job.epoch = epoch;
  job.last_event_sequence = epoch << kEpochShift;
  job.last_event_at = clock_.Now();
  LT_ASSIGN_OR_RETURN(const std::vector<JobChange> changes,
                      JobLog(artifacts_).Read(job_id));
  for (const JobChange& change : changes) ApplyChange(change, &job);
  return job;
}

Status Recovery::Restore(const JobRecord& job) {
  LT_ASSIGN_OR_RETURN(const bool turn,
                      store_.TakeTurn(kTurn, options_.owner, kTurnLength));
  if (!turn) return Unavailable("the recovery took too long; it begins again");
  std::vector<TaskRecord> tasks;
  if (IsLive(job.state)) {
    LT_ASSIGN_OR_RETURN(JobPlan plan,
                        PlanJob({job, {}, std::nullopt, options_.limits}));
    tasks = std::move(plan.tasks);
    restored_.push_back(job.job_id);
  }
  ++counts_.restored_jobs;
  return store_
      .CreateJob(job, tasks, "restored: the farm's state had been lost")
      .status();
}

}  // namespace longtake::coordinator
