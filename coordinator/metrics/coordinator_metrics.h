#pragma once
// Every metric of a coordinator: made once, counted through these methods. A
// default-constructed one counts nothing. Names, labels and limits:
// docs/metrics.md.
//
// What a replica does itself is counted (attempts, rpcs, Redis commands: add up
// over replicas). What all replicas see alike (queue, jobs, workers) is sampled
// into gauges: take the largest over replicas.

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "common/job/job.h"
#include "common/job/job_view.h"
#include "common/metrics/metrics.h"

namespace longtake::coordinator {

enum class AttemptOutcome {
  kCompleted,   // its result counts
  kFailed,      // reported as failed, or its result was not accepted
  kReleased,    // given back by a worker that drains
  kExpired,     // its lease ran out
  kSuperseded,  // another attempt of the task was first
};
inline constexpr int kAttemptOutcomes = 5;

// What was beyond a limit.
enum class FarmLimit {
  kJobsPerTenant,  // a new job, beside its tenant's
  kJobs,           // a new job, beside all that live
  kOpenTasks,      // a new job, beside the tasks of all
  kJobLength,      // a job's audio
  kUploadSize
};
inline constexpr int kFarmLimitKinds = 5;

// Scheduling. Copies count into the same series; thread-safe.
class ScheduleMetrics {
 public:
  ScheduleMetrics() = default;
  explicit ScheduleMetrics(metrics::Registry* registry);

  // wait: since the task became ready.
  void TaskLeased(TaskKind kind, absl::Duration wait) const {
    leases_[Index(kind)].Add();
    lease_wait_[Index(kind)].Observe(wait);
  }
  // A straggler's task, leased to a second worker. Counted besides TaskLeased.
  void BackupLeased() const { backups_.Add(); }
  // run: since it was leased.
  void AttemptEnded(TaskKind kind, AttemptOutcome outcome,
                    absl::Duration run) const {
    attempts_[Index(kind)][static_cast<size_t>(outcome)].Add();
    attempt_time_[Index(kind)].Observe(run);
  }
  void CacheHit(TaskKind kind) const { cache_hits_[Index(kind)].Add(); }
  void StaleReportRefused() const { stale_reports_.Add(); }
  // Another result record was there under the same key.
  void PublishConflict() const { publish_conflicts_.Add(); }
  // Results that a job needed were damaged or gone, and are made again.
  void ResultsLost(size_t count) const {
    lost_results_.Add(static_cast<double>(count));
  }
  // A render was accepted (not from the cache).
  void SegmentRendered(int64_t frames, const FrameRate& rate) const;
  // Each seam of an accepted assembly.
  void SeamScored(const SeamScore& seam) const;

  void JobSubmitted() const { submitted_.Add(); }
  void Refused(FarmLimit limit) const {
    refused_[static_cast<size_t>(limit)].Add();
  }
  // wall: from submission to end. media_seconds: of what a job that succeeded
  // made.
  void JobEnded(JobState state, absl::Duration wall,
                double media_seconds) const;
  void WorkerQuarantined() const { quarantines_.Add(); }

 private:
  static size_t Index(TaskKind kind) { return static_cast<size_t>(kind); }
  static constexpr size_t kKinds =
      std::variant_size_v<decltype(TaskSpec::task)>;

  std::array<metrics::Counter, kKinds> leases_;
  std::array<metrics::Histogram, kKinds> lease_wait_;
  metrics::Counter backups_;
  std::array<std::array<metrics::Counter, kAttemptOutcomes>, kKinds> attempts_;
  std::array<metrics::Histogram, kKinds> attempt_time_;
  std::array<metrics::Counter, kKinds> cache_hits_;
  metrics::Counter stale_reports_;
  metrics::Counter publish_conflicts_;
  metrics::Counter lost_results_;
  metrics::Counter frames_;
  metrics::Counter media_seconds_;
  std::array<metrics::Counter, 3> seams_;  // by verdict
  metrics::Histogram seam_psnr_;
  metrics::Histogram seam_ratio_;
  metrics::Counter submitted_;
  std::array<metrics::Counter, kFarmLimitKinds> refused_;
  std::array<metrics::Counter, 3> ended_;  // succeeded, failed, cancelled
  metrics::Histogram job_time_;
  metrics::Histogram job_realtime_;
  metrics::Counter quarantines_;
};

// The connection to Redis. Copies count into the same series; thread-safe.
class RedisMetrics {
 public:
  // Commands with series of their own; later ones are counted as "other".
  static constexpr size_t kMaxCommands = 64;

  RedisMetrics() = default;
  explicit RedisMetrics(metrics::Registry* registry);

  // command: as sent, or a script's own name. ok: answered, and not with an
  // error.
  void CommandDone(std::string_view command, absl::Duration took,
                   bool ok) const;
  // Another server, or another run of it, answers now.
  void ServerChanged() const { server_changes_.Add(); }

 private:
  struct ByCommand;
  std::shared_ptr<ByCommand> commands_;
  metrics::Counter server_changes_;
};

// Calls that were answered. Copies count into the same series; thread-safe.
class RpcMetrics {
 public:
  RpcMetrics() = default;
  // methods: "longtake.v1.Farm/SubmitJob", …
  RpcMetrics(metrics::Registry* registry, std::vector<std::string> methods);

  // For CallDone; of a method that was not given: of "other".
  size_t IndexOf(std::string_view method) const;
  // code: gRPC's number.
  void CallDone(size_t method, int code, absl::Duration took) const;

 private:
  std::vector<std::string> methods_;  // sorted
  std::vector<metrics::Histogram> seconds_;
  metrics::SparseCounters calls_;
};

// What a look at the farm's state showed.
struct FarmSample {
  // Tasks of live jobs that are not done.
  struct Queue {
    std::string pool;  // empty: any pool will do
    int priority = 0;
    int64_t backlog = 0;  // ready, in their jobs' own backlogs
    int64_t queued = 0;   // ready, in the shared queue
    int64_t leased = 0;
    int64_t waiting_retry = 0;
  };
  struct Workers {
    int64_t workers = 0;  // that take tasks
    int64_t slots = 0;    // of those
    int64_t busy = 0;     // leases on those
  };
  std::vector<Queue> queues;
  std::map<std::string, Workers> by_pool;
  Workers all;
  int64_t running_jobs = 0;
  int64_t queued_jobs = 0;  // none of their tasks runs
  int64_t paused_jobs = 0;
  int64_t leases = 0;
  int64_t idle_workers = 0;
  int64_t busy_workers = 0;
  int64_t draining_workers = 0;
  int64_t quarantined_workers = 0;
};

// Gauges: what is, not what happened. Copies show the same; thread-safe.
class FarmGauges {
 public:
  FarmGauges() = default;
  explicit FarmGauges(metrics::Registry* registry);

  void Show(const FarmSample& sample) const;
  void ShowParkedPolls(int polls) const { parked_polls_.Set(polls); }
  void ShowReady(bool ready) const { ready_.Set(ready ? 1 : 0); }
  void ShowStoreUp(bool up) const { store_up_.Set(up ? 1 : 0); }
  void ShowArtifactSpace(int64_t free_bytes, int64_t total_bytes) const;
  // Of the certificate that is served; never called without TLS.
  void ShowCertificateExpiry(absl::Time expires) const;
  void ShowEpoch(int64_t epoch) const {
    epoch_.Set(static_cast<double>(epoch));
  }
  // State was rebuilt from the artifact store.
  void Recovered(int64_t jobs) const {
    recoveries_.Add();
    recovered_jobs_.Add(static_cast<double>(jobs));
  }
  void Uploaded(int64_t bytes) const {
    uploaded_.Add(static_cast<double>(bytes));
  }
  void Downloaded(int64_t bytes) const {
    downloaded_.Add(static_cast<double>(bytes));
  }

 private:
  metrics::GaugeTable queue_tasks_;
  metrics::GaugeTable pool_slots_;
  metrics::GaugeTable pool_busy_;
  metrics::GaugeTable pool_workers_;
  metrics::GaugeTable certificate_expiry_;
  metrics::Gauge running_jobs_;
  metrics::Gauge queued_jobs_;
  metrics::Gauge paused_jobs_;
  metrics::Gauge idle_workers_;
  metrics::Gauge busy_workers_;
  metrics::Gauge draining_workers_;
  metrics::Gauge quarantined_workers_;
  metrics::Gauge leases_;
  metrics::Gauge parked_polls_;
  metrics::Gauge ready_;
  metrics::Gauge store_up_;
  metrics::Gauge artifact_free_;
  metrics::Gauge artifact_size_;
  metrics::Gauge epoch_;
  metrics::Counter recoveries_;
  metrics::Counter recovered_jobs_;
  metrics::Counter uploaded_;
  metrics::Counter downloaded_;
};

struct CoordinatorMetrics {
  CoordinatorMetrics() = default;
  // registry: null = counts nothing; outlives this and all copies.
  CoordinatorMetrics(metrics::Registry* registry, const std::string& version,
                     std::vector<std::string> rpc_methods);

  ScheduleMetrics schedule;
  RedisMetrics redis;
  RpcMetrics rpc;
  FarmGauges farm;
};

}  // namespace longtake::coordinator
