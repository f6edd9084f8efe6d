#include "client/progress/job_wait.h"

#include <fmt/format.h>

#include <thread>
#include <utility>

#include "absl/time/clock.h"
#include "client/farm/call_support.h"

namespace longtake::client {
namespace {

// Frames rise between events, so the job is looked at as well.
constexpr absl::Duration kLookEvery = absl::Milliseconds(250);

// Shows the job until it is told to stop.
void ShowProgress(FarmConnection& farm, const WaitOptions& options,
                  std::stop_token ended) {
  std::string waited_for;
  while (SleepUnlessStopped(kLookEvery, ended)) {
    const StatusOr<JobView> job = farm.GetJob(options.job_id);
    if (!job.ok() || ended.stop_requested()) continue;
    if (job->waiting_for != waited_for && !job->waiting_for.empty()) {
      options.printer->Say(fmt::format("waiting for {}", job->waiting_for));
    }
    waited_for = job->waiting_for;
    options.printer->Show(job->progress, absl::Now());
  }
}

}  // namespace

StatusOr<JobView> WaitForJob(FarmConnection& farm, const WaitOptions& options) {
  std::jthread shower;
  if (options.printer != nullptr) {
    shower = std::jthread([&farm, &options](std::stop_token ended) {
      ShowProgress(farm, options, std::move(ended));
    });
  }
  const Status watched = farm.WatchJob(options.job_id, 0, options.stop,
                                       [&options](const JobEvent& event) {
                                         if (options.on_event)
                                           options.on_event(event);
                                       });
  if (shower.joinable()) {
    shower.request_stop();
    shower.join();
  }
  LT_RETURN_IF_ERROR(watched);
  StatusOr<JobView> job = farm.GetJob(options.job_id);
  if (job.ok() && options.printer != nullptr && HasEnded(job->state)) {
    options.printer->ShowEnd(job->progress, absl::Now());
  }
  if (job.ok() && !HasEnded(job->state)) {
    return Unavailable(
        fmt::format("job {}: the farm stopped telling about it while it was {}",
                    options.job_id, JobStateName(job->state)));
  }
  return job;
}

Status StatusOfJob(const JobView& job) {
  switch (job.state) {
    case JobState::kSucceeded:
      return OkStatus();
    case JobState::kFailed:
      if (job.error.ok()) return Internal("the job failed without a reason");
      return job.error;
    case JobState::kCancelled:
      return Cancelled(fmt::format("job {} was cancelled", job.job_id));
    case JobState::kQueued:
    case JobState::kRunning:
      break;
  }
  return FailedPrecondition(
      fmt::format("job {} is still {}: wait for it with longtake watch {}",
                  job.job_id, JobStateName(job.state), job.job_id));
}

}  // namespace longtake::client
