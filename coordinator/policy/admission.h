#pragma once
// The farm's limits. What is beyond them is refused where it is asked for, with
// one line that names the figure, the limit and what to do; nothing is dropped
// later. RESOURCE_EXHAUSTED: the farm is full, or the upload too large.
// INVALID_ARGUMENT: a job that this farm never takes. Pure.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/job/input_limits.h"
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
  InputLimits inputs;
};

// What the analyses of a new job refuse.
AnalysisLimits AnalysisLimitsOf(const FarmLimits& limits);

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

// Known once the audio is analysed; for analyses from before the limit was
// lowered. InvalidArgument.
Status AdmitLength(int64_t total_frames, FrameRate rate,
                   const FarmLimits& limits);

Status AdmitUpload(int64_t size_bytes, const FarmLimits& limits);

}  // namespace longtake::coordinator
