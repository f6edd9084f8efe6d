#pragma once
// What a farm tells about jobs, tasks and workers: snapshots as plain values.

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "common/artifact/blob_ref.h"
#include "common/job/job.h"
#include "common/status/status.h"

namespace longtake {

enum class JobState { kQueued, kRunning, kSucceeded, kFailed, kCancelled };
enum class TaskState {
  kReady,
  kLeased,
  kWaitingRetry,
  kSucceeded,
  kFailed,
  kCancelled
};

// "queued", "running", "succeeded", "failed", "cancelled".
std::string JobStateName(JobState state);
// "ready", "leased", "waiting_retry", "succeeded", "failed", "cancelled".
std::string TaskStateName(TaskState state);
// "pass", "warn", "fail".
std::string SeamVerdictName(SeamVerdict verdict);
bool HasEnded(JobState state);

struct JobProgress {
  int64_t frames_total = 0;  // 0 until the audio is analysed
  int64_t frames_done = 0;   // rendered or from the cache
  int segments_total = 0;
  int segments_done = 0;
  int segments_rendered = 0;  // done by rendering, not from the cache
  std::string stage;          // "analyze" "plan" "render" "assemble" "done"
  friend bool operator==(const JobProgress&, const JobProgress&) = default;
};

struct JobView {
  std::string job_id;
  std::string tenant;
  JobSpec spec;
  JobState state = JobState::kQueued;
  JobProgress progress;
  Status error;  // OK unless failed
  int64_t submitted_at_micros = 0;
  int64_t ended_at_micros = 0;
  BlobRef take;
  std::vector<SeamScore> seams;
  std::vector<std::string> warnings;
  std::string inputs_digest;
  std::string waiting_for;
  bool paused = false;
  BlobRef transcript_report;  // transcript_report.h; empty without a transcript
};

struct JobEvent {
  int64_t sequence = 0;  // rising by job, from 1
  int64_t at_micros = 0;
  std::string text;
  JobState state = JobState::kQueued;
  JobProgress progress;
  std::string task_id;  // empty: about the whole job
  std::string worker_id;
};

// One try of a task. Times are of the farm's clock.
struct AttemptView {
  int attempt = 0;
  std::string worker_id;
  int64_t ready_at_micros = 0;  // since when the task waited for it
  int64_t leased_at_micros = 0;
  int64_t ended_at_micros = 0;  // 0: it still runs
  std::string outcome;          // empty: it still runs
  bool backup = false;
  friend bool operator==(const AttemptView&, const AttemptView&) = default;
};

struct TaskView {
  std::string task_id;
  TaskKind kind = TaskKind::kAnalyzeAudio;
  TaskState state = TaskState::kReady;
  int segment = -1;  // -1 unless a render
  FrameRange range;
  int attempt = 0;
  std::string worker_id;
  bool from_cache = false;
  int generation = 0;
  TaskTimings timings;
  Status error;  // of the last attempt that failed
  int64_t frames_done = 0;
  std::vector<AttemptView> attempts;  // oldest first
  int64_t ready_at_micros = 0;
  TaskNeeds needs;
  BlobRef chunk;  // of a render that succeeded
};

struct WorkerView {
  std::string worker_id;
  std::string version;
  int slots = 0;
  int busy = 0;
  std::string numerics_class;
  bool draining = false;
  int64_t last_seen_micros = 0;
  std::set<std::string> pools;
  int64_t gpu_memory_bytes = 0;
  std::set<std::string> capabilities;
  int64_t quarantined_until_micros = 0;  // 0: it is not
};

// What waits for workers.
struct QueueDepth {
  std::string pool;  // empty: any pool
  int priority = 0;
  int ready = 0;   // in the jobs' own backlogs
  int queued = 0;  // in the shared queue
  int leased = 0;
  int waiting = 0;  // paused before a retry
  friend bool operator==(const QueueDepth&, const QueueDepth&) = default;
};
struct TenantShare {
  std::string tenant;
  double weight = 1;
  int jobs = 0;  // live
  int ready = 0;
  int queued = 0;
  int leased = 0;
  friend bool operator==(const TenantShare&, const TenantShare&) = default;
};
struct QueueView {
  std::vector<QueueDepth> depths;
  std::vector<TenantShare> tenants;
};

}  // namespace longtake
