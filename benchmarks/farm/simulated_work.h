#pragma once
// The work of workers that only wait: results that the coordinator accepts,
// made of blobs that were written once, after the time that a task is told to
// take. And a record of when each render began, and on which worker.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/artifact/artifact_store.h"
#include "common/job/job.h"
#include "common/status/status.h"
#include "worker/task/task_context.h"

namespace longtake::bench {

// So many frames a segment, as in 10 s at 30 frames a second.
inline constexpr int kSegmentFrames = 300;

struct RenderStart {
  int job = 0;  // as given to Job
  int segment = 0;
  std::string worker_id;
  int64_t at_micros = 0;  // of this machine's clock
};

// Thread-safe.
class SimulatedWork {
 public:
  struct Options {
    int jobs = 1;
    int segments = 1;
    // Of a render; all other tasks take none.
    std::function<absl::Duration(int segment, const std::string& worker_id)>
        render_time;
  };
  // Writes the blobs. `artifacts` is kept.
  static StatusOr<std::unique_ptr<SimulatedWork>> Create(
      std::shared_ptr<ArtifactStore> artifacts, Options options);

  // What to submit. No two of them share a result.
  JobSpec Job(int job) const;

  StatusOr<TaskResult> Run(const std::string& worker_id, const TaskSpec& spec,
                           worker::TaskContext& context);

  // Assemblies done: as many as jobs when all is done, repetitions aside.
  int assemblies() const;
  int64_t renders() const;
  std::vector<RenderStart> Starts() const;

 private:
  SimulatedWork(std::shared_ptr<ArtifactStore> artifacts, Options options)
      : artifacts_(std::move(artifacts)), options_(std::move(options)) {}
  Status WriteBlobs();

  StatusOr<TaskResult> Make(const AnalyzeAudioTask& task);
  StatusOr<TaskResult> Make(const AnalyzePortraitTask& task);
  StatusOr<TaskResult> Make(const PlanTask& task);
  StatusOr<TaskResult> Make(const RenderTask& task);
  StatusOr<TaskResult> Make(const AssembleTask& task);
  void NoteStart(const RenderTask& task, const std::string& worker_id);

  const std::shared_ptr<ArtifactStore> artifacts_;
  const Options options_;
  std::vector<BlobRef> portraits_, audios_, identities_, pcms_;  // by job
  std::map<std::string, int> job_of_;  // by portrait, audio, identity
  BlobRef loudness_, keys_, chunk_, evidence_, take_;

  mutable absl::Mutex mutex_;
  int assemblies_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t renders_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<RenderStart> starts_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace longtake::bench
