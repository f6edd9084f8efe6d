#include "coordinator/policy/admission.h"

#include <fmt/format.h>

namespace longtake::coordinator {

std::optional<JobRefusal> RefuseJob(const std::vector<JobLoad>& loads,
                                    const std::string& tenant,
                                    const FarmLimits& limits) {
  int64_t of_tenant = 0;
  int64_t open_tasks = 0;
  for (const JobLoad& load : loads) {
    if (load.tenant == tenant) ++of_tenant;
    open_tasks += int64_t{load.draw.total()} + load.support.total();
  }
  const auto own = limits.max_live_jobs_of.find(tenant);
  const int max_of_tenant = own == limits.max_live_jobs_of.end()
                                ? limits.max_live_jobs_per_tenant
                                : own->second;
  if (of_tenant >= max_of_tenant) {
    return JobRefusal{
        JobLimit::kJobsPerTenant,
        ResourceExhausted(fmt::format("tenant {} has {} live jobs, its limit "
                                      "is {}: submit again when some "
                                      "have ended, or cancel some",
                                      tenant, of_tenant, max_of_tenant))};
  }
  if (static_cast<int64_t>(loads.size()) >= limits.max_live_jobs) {
    return JobRefusal{
        JobLimit::kJobs,
        ResourceExhausted(fmt::format("the farm has {} live jobs, its limit is "
                                      "{}: submit again when some "
                                      "have ended",
                                      loads.size(), limits.max_live_jobs))};
  }
  if (open_tasks >= limits.max_open_tasks) {
    return JobRefusal{
        JobLimit::kOpenTasks,
        ResourceExhausted(fmt::format("the farm has {} open tasks, its limit "
                                      "is {}: submit again when some "
                                      "are done",
                                      open_tasks, limits.max_open_tasks))};
  }
  return std::nullopt;
}

AnalysisLimits AnalysisLimitsOf(const FarmLimits& limits) {
  return {absl::ToInt64Milliseconds(limits.max_job_length),
          limits.inputs.portrait_pixels, limits.inputs.portrait_faces};
}

Status AdmitLength(int64_t total_frames, FrameRate rate,
                   const FarmLimits& limits) {
  const absl::Duration length =
      absl::Microseconds(MicrosAtFrame(total_frames, rate));
  if (length <= limits.max_job_length) return OkStatus();
  return InvalidArgument(fmt::format(
      "the job is {} long ({} frames at {} a second), the limit is {}: split "
      "it into several jobs",
      absl::FormatDuration(absl::Ceil(length, absl::Seconds(1))), total_frames,
      FormatFrameRate(rate), absl::FormatDuration(limits.max_job_length)));
}

Status AdmitUpload(int64_t size_bytes, const FarmLimits& limits) {
  if (size_bytes <= limits.max_upload_bytes) return OkStatus();
  return ResourceExhausted(fmt::format(
      "the upload has {} bytes, the limit is {}: send a smaller or compressed "
      "file",
      size_bytes, limits.max_upload_bytes));
}

}  // namespace longtake::coordinator
