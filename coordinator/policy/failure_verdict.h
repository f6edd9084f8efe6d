#pragma once
// When failed attempts of a task end its job, although the error by itself
// would be worth another try (see the retry table for those that are not).
//
// A task ends its job when it has failed on several different workers, or on
// every worker that could run it where there are fewer: then it is the task.
// But not before it has failed a few times in all: on a farm of one worker, a
// single passing error has failed "on all workers", and must not be the end.
// And it ends its job when it has used up its attempts, wherever they ran.
//
// A lease that ran out or was given back is no failure: machines may vanish.

#include <string>

#include "common/status/status.h"
#include "coordinator/store/records.h"

namespace longtake::coordinator {

struct FailurePolicy {
  int different_workers = 3;
  int min_failures = 3;  // before different_workers counts
  int max_failures = 4;  // the attempt that fails this often is the last
};

// `task`: as it was before this failure. `eligible_workers`: those that are
// live, not draining, not quarantined, and could run it. Pure.
bool EndsTheJob(const TaskRecord& task, const std::string& failing_worker,
                int eligible_workers, const FailurePolicy& policy);

// The reason that the job's owner reads, one line when the error is one:
// "render-00012-g0 failed 3 times on 3 workers, last on w2: UNAVAILABLE: …"
std::string WhyItEnds(const TaskRecord& task, const std::string& failing_worker,
                      const Status& error);

}  // namespace longtake::coordinator
