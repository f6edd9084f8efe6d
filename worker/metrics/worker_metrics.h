#pragma once
// Every metric of a worker: made once, counted through these methods. A
// default-constructed one counts nothing. Names, labels and limits:
// docs/metrics.md.

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <variant>

#include "absl/time/time.h"
#include "common/artifact/artifact_store.h"
#include "common/job/job.h"
#include "common/metrics/metrics.h"

namespace longtake::worker {

enum class TaskOutcome {
  kCompleted,  // its result was accepted
  kFailed,     // it failed, and that was reported
  kReleased,   // given back
  kDropped,    // cancelled, or another worker's by now: nothing was reported
  kRefused,    // its report was refused
  kAbandoned,  // this worker stopped: its lease runs out
};
inline constexpr int kTaskOutcomes = 6;

// Copies count into the same series; thread-safe.
class WorkerMetrics {
 public:
  WorkerMetrics() = default;
  // registry: null = counts nothing; outlives this and all copies.
  WorkerMetrics(metrics::Registry* registry, const std::string& version,
                int slots);

  void TaskBegan() const { busy_.Add(1); }
  // Once after each TaskBegan, when its report was answered or given up.
  void TaskEnded(TaskKind kind, TaskOutcome outcome, absl::Duration run) const {
    busy_.Add(-1);
    tasks_[Index(kind)][static_cast<size_t>(outcome)].Add();
    task_time_[Index(kind)].Observe(run);
  }
  // A segment whose result was accepted.
  void SegmentRendered(int64_t frames, const FrameRate& rate,
                       const TaskTimings& timings) const;

  void ShowRegistered(bool registered) const {
    registered_.Set(registered ? 1 : 0);
  }
  void ShowDraining() const { draining_.Set(1); }
  void RenewalDone(bool ok) const { (ok ? renewals_ : renewals_failed_).Add(); }
  // A report that had to be sent again.
  void ReportRepeated() const { reports_repeated_.Add(); }
  // A call did not get through to the coordinator that it went to.
  void CallFailed() const { calls_failed_.Add(); }

  void ArtifactRead(int64_t bytes) const {
    read_.Add(static_cast<double>(bytes));
  }
  void ArtifactWritten(int64_t bytes) const {
    written_.Add(static_cast<double>(bytes));
  }

 private:
  static constexpr size_t kKinds =
      std::variant_size_v<decltype(TaskSpec::task)>;
  static size_t Index(TaskKind kind) { return static_cast<size_t>(kind); }

  metrics::Gauge busy_;
  std::array<std::array<metrics::Counter, kTaskOutcomes>, kKinds> tasks_;
  std::array<metrics::Histogram, kKinds> task_time_;
  metrics::Histogram motion_time_;
  metrics::Histogram draw_time_;
  metrics::Histogram encode_time_;
  metrics::Histogram total_time_;
  metrics::Histogram realtime_;
  metrics::Counter frames_;
  metrics::Counter media_seconds_;
  metrics::Gauge registered_;
  metrics::Gauge draining_;
  metrics::Counter renewals_;
  metrics::Counter renewals_failed_;
  metrics::Counter reports_repeated_;
  metrics::Counter calls_failed_;
  metrics::Counter read_;
  metrics::Counter written_;
};

// `store`, with the bytes of its blobs counted: what is opened or read counts
// as read, what is committed or adopted as written.
std::shared_ptr<ArtifactStore> CountBytes(std::shared_ptr<ArtifactStore> store,
                                          const WorkerMetrics& metrics);

}  // namespace longtake::worker
