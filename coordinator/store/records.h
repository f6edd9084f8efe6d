#pragma once
// What a store keeps: one record a job, one a task, one a worker. Plain values;
// specs and results are shared and immutable, so that copying a job of a
// thousand tasks stays cheap.

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/job/job.h"
#include "common/job/job_view.h"
#include "common/status/status.h"

namespace longtake::coordinator {

inline constexpr int kTaskKinds = 5;
inline constexpr int kDefaultWindow = 64;

// The newest of a task's closed attempts that are kept, for repeats of reports
// and for the job's timeline.
inline constexpr size_t kMaxAttemptsKept = 16;

// How an attempt ended: repeats of that report are OK.
enum class AttemptEnd {
  kCompleted,
  kFailed,
  kReleased,
  kExpired,
  kOutlived,   // expired, and its worker was heard of again
  kCancelled,  // the job ended
  kSuperseded  // another attempt of the task was faster
};
// "completed", "failed", … as in farm.proto's Attempt.
std::string AttemptEndName(AttemptEnd end);

// One live lease of a task. A task has one, or two: the second is a backup of a
// straggler, and the first result wins.
struct TaskLease {
  int attempt = 0;
  int64_t epoch = 0;
  std::string worker_id;
  absl::Time ready_at;  // since when the task had waited for it
  absl::Time leased_at;
  absl::Time expires;
  int64_t frames_done = 0;
  bool backup = false;
};

struct ClosedAttempt {
  int attempt = 0;
  int64_t epoch = 0;
  std::string worker_id;
  absl::Time ready_at;
  absl::Time leased_at;
  absl::Time ended_at;
  AttemptEnd end = AttemptEnd::kCompleted;
  bool backup = false;
};

struct TaskRecord {
  std::string task_id;
  TaskKind kind = TaskKind::kAnalyzeAudio;
  int segment = -1;  // -1 unless a render
  int generation = 0;
  FrameRange range;  // of a render
  TaskNeeds needs;
  std::shared_ptr<const TaskSpec> spec;
  // A result found under the task's key is not accepted (repairs).
  bool past_cache = false;
  // Given to these workers only when nobody else can take it.
  std::vector<std::string> avoid_workers;

  TaskState state = TaskState::kReady;
  bool queued = false;                // ready, and in the shared queue
  int attempt = 0;                    // of the newest lease; rises, never falls
  std::vector<TaskLease> leases;      // when leased: one or two
  std::vector<ClosedAttempt> closed;  // oldest first
  int failures = 0;  // reported ones, since the job was last put to work
  int expiries = 0;  // leases lost with their workers, likewise
  std::vector<std::string> failed_workers;  // each once, likewise
  int times_lost = 0;     // its results whose blobs were lost, likewise
  std::string worker_id;  // holder of the newest lease, or who completed it
  absl::Time ready_at;    // when it last became ready
  absl::Time not_before;  // when waiting to be retried
  bool from_cache = false;
  int64_t frames_done = 0;                   // of the lease that is furthest
  std::shared_ptr<const TaskResult> result;  // when succeeded
  Status last_error;

  // Null when there is none.
  const TaskLease* FindLease(const FencingToken& token) const;
  const ClosedAttempt* FindClosed(const FencingToken& token) const;
};

// A task and what of its job decides about it.
struct TaskInJob : TaskRecord {
  JobState job_state = JobState::kQueued;
  std::string tenant;
  std::optional<EngineBinding> binding;
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
  bool paused = false;
  // At most so many of its tasks are in the shared queue at a time.
  int window = kDefaultWindow;
  // Recovery epoch that the record was made or rebuilt under: leases of an
  // earlier one are refused.
  int64_t epoch = 0;
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

// What a worker brings.
struct WorkerOffer {
  std::vector<EngineBinding> engines;
  std::set<std::string> pools;
  int64_t gpu_memory_bytes = 0;
  std::set<std::string> capabilities;
  friend bool operator==(const WorkerOffer&, const WorkerOffer&) = default;
};
bool Meets(const WorkerOffer& offer, const TaskNeeds& needs);

// Whether a worker fails everything it is given.
struct WorkerHealth {
  std::vector<std::string> failed_in_a_row;  // "job/task", each once
  int quarantines = 0;                       // since it last completed a task
  absl::Time quarantined_until = absl::InfinitePast();
  friend bool operator==(const WorkerHealth&, const WorkerHealth&) = default;
};

struct WorkerRecord {
  std::string worker_id;
  std::string version;
  std::string owner;  // the caller that registered it; empty = anybody
  int slots = 1;
  WorkerOffer offer;
  bool draining = false;
  WorkerHealth health;
  absl::Time last_seen;
  int busy = 0;  // leases held; filled by the store when listing
};

// Where the open tasks of a live job are, by what they need.
struct TaskCounts {
  int ready = 0;  // in the job's backlog
  int queued = 0;
  int leased = 0;  // tasks, not leases
  int waiting = 0;
  int total() const { return ready + queued + leased + waiting; }
  friend bool operator==(const TaskCounts&, const TaskCounts&) = default;
};
struct JobLoad {
  std::string job_id;
  std::string tenant;
  int priority = 0;
  int64_t submit_sequence = 0;
  bool paused = false;
  bool in_order = false;  // JobSpec::in_order
  int window = 0;
  TaskNeeds draw_needs;  // of portrait analysis and renders
  TaskCounts draw;
  TaskNeeds support_needs;
  TaskCounts support;
};
// Portrait analysis and renders draw; the others support.
bool Draws(TaskKind kind);

}  // namespace longtake::coordinator
