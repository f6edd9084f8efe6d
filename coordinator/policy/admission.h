#pragma once
// The farm's limits. What is beyond them is refused where it is asked for, with
// RESOURCE_EXHAUSTED and one line that names the figure, the limit and what to
// do; nothing is dropped later. Pure.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/job/job.h"
#include "common/media_time/media_time.h"
#include "common/status/status.h"
#include "coordinator/store/records.h"

namespace longtake::coordinator {

struct FarmLimits {
  int max_live_jobs = 10000;
  int max_live_jobs_per_tenant = 1000;
  std::map<std::string, int> max_live_jobs_of;  // by tenant, instead of that
  // Of all jobs together: what the state store has to hold.
  int64_t max_open_tasks = 2'000'000;
  absl::Duration max_job_length = absl::Hours(12);
  int64_t max_upload_bytes = kMaxAudioBytes;
};

// Of a new job, beside those that live.
enum class JobLimit { kJobsPerTenant, kJobs, kOpenTasks };

struct JobRefusal {
  JobLimit limit;
  Status status;
};

// Nothing when a new job of `tenant` fits beside the live ones (paused ones
// included), else the limit that it meets first. A submission that repeats a
// known one is not new: ask for new ones only. Loads are a snapshot, so
// submissions at the same moment may exceed a limit by their number; limits
// protect the farm, they are no quota to bill by.
std::optional<JobRefusal> RefuseJob(const std::vector<JobLoad>& loads,
                                    const std::string& tenant,
                                    const FarmLimits& limits);

// Known once the audio is analysed.
Status AdmitLength(int64_t total_frames, FrameRate rate,
                   const FarmLimits& limits);

Status AdmitUpload(int64_t size_bytes, const FarmLimits& limits);

}  // namespace longtake::coordinator
