#pragma once
// What follows a failed attempt: decided by the status code, here and nowhere
// else.

#include <string>

#include "absl/time/time.h"
#include "common/status/status.h"

namespace longtake::coordinator {

enum class RetryAction {
  kAgain,      // any worker, after a pause
  kElsewhere,  // another worker where there is one, after a pause
  kNever       // the job fails with this error
};

//   UNAVAILABLE, ABORTED, DEADLINE_EXCEEDED,
//   INTERNAL, UNKNOWN, CANCELLED               again
//   RESOURCE_EXHAUSTED                         elsewhere; never while the
//                                              artifact store itself is full
//   all others (INVALID_ARGUMENT, FAILED_PRECONDITION, DATA_LOSS,
//   NOT_FOUND, OUT_OF_RANGE, UNIMPLEMENTED …)  never
RetryAction RetryActionFor(StatusCode code);

struct RetryPolicy {
  // A task that loses so many workers for good kills them. A worker that is
  // heard of again after its lease ran out was only away.
  int max_expiries = 8;
  // A result that was made again so often and is lost once more ends the job:
  // it is the disk.
  int max_losses = 3;
  absl::Duration first_pause = absl::Seconds(1);
  absl::Duration longest_pause = absl::Seconds(30);
};

// Pause before the next attempt after `failures` >= 1 failed ones: doubling
// from first_pause up to longest_pause, times a factor in [0.75, 1.25) that
// depends only on the names and the count (so tasks that failed together do not
// return together, and a test sees the same pause twice). Pure.
absl::Duration PauseBeforeRetry(const RetryPolicy& policy, int failures,
                                const std::string& job_id,
                                const std::string& task_id);

}  // namespace longtake::coordinator
