#pragma once
// What a store keeps: one record a job, one a task, one a worker. Plain values;
// specs and results are shared and immutable, so that copying a job of a
// thousand tasks stays cheap.

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/job/job.h"
#include "common/job/job_view.h"
#include "common/status/status.h"

namespace longtake::coordinator {

inline constexpr int kTaskKinds = 5;

// How the newest closed attempt of a task ended: repeats of that report are OK.
enum class AttemptEnd {
  kNone,
  kCompleted,
  kFailed,
  kReleased,
  kExpired,
  kOutlived,  // expired, and its worker was heard of again
  kCancelled
};

struct TaskRecord {
  std::string task_id;
  TaskKind kind = TaskKind::kAnalyzeAudio;
  int segment = -1;  // -1 unless a render
  int generation = 0;
  FrameRange range;  // of a render
  std::shared_ptr<const TaskSpec> spec;
  // A result found under the task's key is not accepted (repairs).
  bool past_cache = false;
  // Given to these workers only when nobody else can take it.
  std::vector<std::string> avoid_workers;

  TaskState state = TaskState::kReady;
  int attempt = 0;    // rises by lease, never falls
  int64_t epoch = 0;  // of the newest lease
  int closed_attempt = 0;
  AttemptEnd closed_by = AttemptEnd::kNone;
  int failures = 0;       // reported ones, since the job was last put to work
  int expiries = 0;       // leases lost with their workers, likewise
  std::string worker_id;  // holder of the newest lease
  absl::Time lease_expires;  // when leased
  absl::Time not_before;     // when waiting to be retried
  bool from_cache = false;
  int64_t frames_done = 0;
  std::shared_ptr<const TaskResult> result;  // when succeeded
  Status last_error;
};

struct JobRecord {
  std::string job_id;
  std::string tenant;
  std::string idempotency_key;
  JobSpec spec;
  std::string inputs_digest;
  absl::Time submitted_at;
  absl::Time ended_at = absl::InfiniteFuture();
  int64_t submit_sequence = 0;  // given by the store; the order of submission

  JobState state = JobState::kQueued;
  Status error;  // OK unless failed
  std::optional<EngineBinding> binding;
  std::vector<FrameRange> segments;
  int64_t total_frames = 0;
  JobProgress progress;
  std::array<int, kTaskKinds> open_tasks = {};  // by TaskKind
  BlobRef take;
  std::vector<SeamScore> seams;
  int64_t last_event_sequence = 0;
  absl::Time last_event_at;

  int open_task_count() const {
    int count = 0;
    for (int open : open_tasks) count += open;
    return count;
  }
};

struct WorkerRecord {
  std::string worker_id;
  std::string version;
  int slots = 1;
  std::vector<EngineBinding> engines;
  bool draining = false;
  absl::Time last_seen;
  int busy = 0;  // leases held; filled by the store when listing
};

}  // namespace longtake::coordinator
