#include "coordinator/metrics/coordinator_metrics.h"

#include <algorithm>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "common/metrics/buckets.h"
#include "coordinator/metrics/metric_infos.h"

namespace longtake::coordinator {
namespace {

using metrics::Labels;
using metrics::MakeCounter;
using metrics::MakeGauge;
using metrics::MakeHistogram;
using metrics::Registry;

// In the order of their enumerations.
constexpr const char* kOutcomes[kAttemptOutcomes] = {
    "completed", "failed", "released", "expired", "superseded"};
constexpr const char* kLimits[kFarmLimitKinds] = {
    "jobs_per_tenant", "jobs", "open_tasks", "job_length", "upload_size"};
constexpr const char* kVerdicts[] = {"pass", "warn", "fail"};
constexpr const char* kEnds[] = {"succeeded", "failed", "cancelled"};

constexpr char kOther[] = "other";

// By gRPC's number.
constexpr const char* kCodes[] = {"OK",
                                  "CANCELLED",
                                  "UNKNOWN",
                                  "INVALID_ARGUMENT",
                                  "DEADLINE_EXCEEDED",
                                  "NOT_FOUND",
                                  "ALREADY_EXISTS",
                                  "PERMISSION_DENIED",
                                  "RESOURCE_EXHAUSTED",
                                  "FAILED_PRECONDITION",
                                  "ABORTED",
                                  "OUT_OF_RANGE",
                                  "UNIMPLEMENTED",
                                  "INTERNAL",
                                  "UNAVAILABLE",
                                  "DATA_LOSS",
                                  "UNAUTHENTICATED"};
constexpr size_t kCodeCount = std::size(kCodes);
constexpr int kUnknownCode = 2;

Labels MethodLabels(const std::string& method) {
  const size_t slash = method.rfind('/');
  if (slash == std::string::npos)
    return {{"service", kOther}, {"method", method}};
  return {{"service", method.substr(0, slash)},
          {"method", method.substr(slash + 1)}};
}

}  // namespace

ScheduleMetrics::ScheduleMetrics(Registry* registry)
    : backups_(MakeCounter(registry, infos::kBackups)),
      stale_reports_(MakeCounter(registry, infos::kStaleReports)),
      publish_conflicts_(MakeCounter(registry, infos::kPublishConflicts)),
      lost_results_(MakeCounter(registry, infos::kLostResults)),
      frames_(MakeCounter(registry, infos::kFrames)),
      media_seconds_(MakeCounter(registry, infos::kMediaSeconds)),
      seam_psnr_(MakeHistogram(registry, infos::kSeamPsnr,
                               metrics::kSeamPsnrDecibels)),
      seam_ratio_(
          MakeHistogram(registry, infos::kSeamRatio, metrics::kSeamJumpRatio)),
      submitted_(MakeCounter(registry, infos::kSubmitted)),
      job_time_(MakeHistogram(registry, infos::kJobTime, metrics::kJobSeconds)),
      job_realtime_(MakeHistogram(registry, infos::kJobRealtime,
                                  metrics::kRealtimeRatio)),
      quarantines_(MakeCounter(registry, infos::kQuarantines)) {
  for (size_t i = 0; i < kKinds; ++i) {
    const Labels kind = {{"kind", TaskKindName(static_cast<TaskKind>(i))}};
    leases_[i] = MakeCounter(registry, infos::kLeases, kind);
    lease_wait_[i] = MakeHistogram(registry, infos::kLeaseWait,
                                   metrics::kLeaseWaitSeconds, kind);
    attempt_time_[i] = MakeHistogram(registry, infos::kAttemptTime,
                                     metrics::kTaskSeconds, kind);
    cache_hits_[i] = MakeCounter(registry, infos::kCacheHits, kind);
    for (size_t j = 0; j < kAttemptOutcomes; ++j) {
      Labels labels = kind;
      labels["outcome"] = kOutcomes[j];
      attempts_[i][j] = MakeCounter(registry, infos::kAttempts, labels);
    }
  }
  for (size_t i = 0; i < seams_.size(); ++i) {
    seams_[i] =
        MakeCounter(registry, infos::kSeams, {{"verdict", kVerdicts[i]}});
    ended_[i] = MakeCounter(registry, infos::kJobsEnded, {{"state", kEnds[i]}});
  }
  for (size_t i = 0; i < kFarmLimitKinds; ++i) {
    refused_[i] =
        MakeCounter(registry, infos::kRefused, {{"limit", kLimits[i]}});
  }
}

void ScheduleMetrics::SegmentRendered(int64_t frames,
                                      const FrameRate& rate) const {
  frames_.Add(static_cast<double>(frames));
  media_seconds_.Add(static_cast<double>(frames) / rate.AsDouble());
}

void ScheduleMetrics::SeamScored(const SeamScore& seam) const {
  seams_[static_cast<size_t>(seam.verdict)].Add();
  seam_psnr_.Observe(seam.psnr_db);
  seam_ratio_.Observe(seam.ratio);
}

void ScheduleMetrics::JobEnded(JobState state, absl::Duration wall,
                               double media_seconds) const {
  if (!HasEnded(state)) return;
  ended_[static_cast<size_t>(state) - static_cast<size_t>(JobState::kSucceeded)]
      .Add();
  if (state != JobState::kSucceeded) return;
  job_time_.Observe(wall);
  if (wall > absl::ZeroDuration()) {
    job_realtime_.Observe(media_seconds / absl::ToDoubleSeconds(wall));
  }
}

struct RedisMetrics::ByCommand {
  struct Series {
    metrics::Histogram seconds;
    metrics::Counter errors;
  };

  explicit ByCommand(Registry* all) : registry(all), other(Make(kOther)) {}

  Series Make(const std::string& command) const {
    const Labels labels = {{"command", command}};
    return {MakeHistogram(registry, infos::kRedisTime, metrics::kRedisSeconds,
                          labels),
            MakeCounter(registry, infos::kRedisErrors, labels)};
  }

  // A look-up is nothing beside the round trip that it is about.
  Series Find(std::string_view command) {
    {
      absl::ReaderMutexLock lock(&mutex);
      const auto it = known.find(command);
      if (it != known.end()) return it->second;
      if (known.size() >= kMaxCommands) return other;
    }
    absl::MutexLock lock(&mutex);
    const auto it = known.find(command);
    if (it != known.end()) return it->second;
    return known.emplace(command, Make(std::string(command))).first->second;
  }

  Registry* const registry;
  const Series other;
  absl::Mutex mutex;
  std::map<std::string, Series, std::less<>> known ABSL_GUARDED_BY(mutex);
};

RedisMetrics::RedisMetrics(Registry* registry)
    : server_changes_(MakeCounter(registry, infos::kRedisServerChanges)) {
  if (registry != nullptr) commands_ = std::make_shared<ByCommand>(registry);
}

void RedisMetrics::CommandDone(std::string_view command, absl::Duration took,
                               bool ok) const {
  if (commands_ == nullptr) return;
  const ByCommand::Series series = commands_->Find(command);
  series.seconds.Observe(took);
  if (!ok) series.errors.Add();
}

RpcMetrics::RpcMetrics(Registry* registry, std::vector<std::string> methods)
    : methods_(std::move(methods)) {
  std::sort(methods_.begin(), methods_.end());
  std::vector<Labels> labels;
  for (const std::string& method : methods_) {
    labels.push_back(MethodLabels(method));
  }
  labels.push_back(MethodLabels(kOther));
  for (const Labels& of_method : labels) {
    seconds_.push_back(MakeHistogram(registry, infos::kRpcTime,
                                     metrics::kRpcSeconds, of_method));
  }
  calls_ = metrics::MakeSparseCounters(
      registry, infos::kRpcs, labels.size() * kCodeCount,
      [labels](size_t index) {
        Labels of_call = labels[index / kCodeCount];
        of_call["code"] = kCodes[index % kCodeCount];
        return of_call;
      });
}

size_t RpcMetrics::IndexOf(std::string_view method) const {
  const auto it = std::lower_bound(methods_.begin(), methods_.end(), method);
  return it != methods_.end() && *it == method
             ? static_cast<size_t>(it - methods_.begin())
             : methods_.size();
}

void RpcMetrics::CallDone(size_t method, int code, absl::Duration took) const {
  if (method >= seconds_.size()) return;
  const bool known = code >= 0 && code < static_cast<int>(kCodeCount);
  seconds_[method].Observe(took);
  calls_.Add(method * kCodeCount +
             static_cast<size_t>(known ? code : kUnknownCode));
}

CoordinatorMetrics::CoordinatorMetrics(Registry* registry,
                                       const std::string& version,
                                       std::vector<std::string> rpc_methods)
    : schedule(registry),
      redis(registry),
      rpc(registry, std::move(rpc_methods)),
      farm(registry) {
  MakeGauge(registry, infos::kBuildInfo, {{"version", version}}).Set(1);
}

}  // namespace longtake::coordinator
