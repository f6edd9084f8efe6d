#pragma once
// What was acknowledged about a job after its submission: objects
// jobs/<job_id>/changes/<6 digits> in the artifact store, one canonical JSON
// each, in the order they happened:
//   {"at_micros":…,"format":"longtake-change-1","kind":"paused", …}
// kinds and their fields: paused, resumed, retried: none; priority: "priority";
// bound: "binding"; cancelled: "progress"; ended: "state", "error", "take",
// "progress". A change is written before the reply that acknowledges it; a
// job's end and its binding are written so that a recovery need not find them
// out again. Ends written by builds before "progress" have none: such a job's
// figures are 0.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/artifact/artifact_store.h"
#include "common/job/job_view.h"
#include "common/status/status.h"
#include "coordinator/store/records.h"

namespace longtake::coordinator {

struct JobChange {
  enum class Kind {
    kPaused,
    kResumed,
    kPriority,
    kCancelled,
    kRetried,
    kBound,
    kEnded
  };
  Kind kind = Kind::kPaused;
  int64_t at_micros = 0;
  int priority = 0;                      // kPriority
  std::optional<EngineBinding> binding;  // kBound; none: no longer bound
  JobState state = JobState::kFailed;    // kEnded
  Status error;                          // kEnded
  BlobRef take;                          // kEnded
  JobProgress progress;                  // kEnded, kCancelled; without stage
};

std::string JobChangeToJson(const JobChange& change);
// DataLoss when it is none.
StatusOr<JobChange> JobChangeFromJson(const std::string& json);
// What the job's record is after the change. Pure.
void ApplyChange(const JobChange& change, JobRecord* job);

// Thread-safe as the artifact store is; several coordinators may append to one
// job's log at a time. Blocks on I/O.
class JobLog {
 public:
  // Borrows `artifacts` for its own life.
  explicit JobLog(ArtifactStore& artifacts) : artifacts_(artifacts) {}

  Status Append(const std::string& job_id, const JobChange& change);
  // Oldest first. DataLoss names the object that can't be read.
  StatusOr<std::vector<JobChange>> Read(const std::string& job_id);

 private:
  ArtifactStore& artifacts_;
};

}  // namespace longtake::coordinator
