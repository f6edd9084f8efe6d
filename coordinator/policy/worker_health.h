#pragma once
// Whether a worker fails everything it is given: a machine with a broken GPU
// fails fast, asks again at once, and so would eat a whole queue.
//
// Several different tasks that fail on it in a row, with no success between,
// put it in quarantine: it gets nothing. After that it is on probation: one
// task at a time. A failure then quarantines it again, for twice as long; a
// success, at any time, clears it.
//
// Pure; health is stored with Store::PutWorkerHealth by whoever takes the
// report.

#include <string>

#include "absl/time/time.h"
#include "common/status/status.h"
#include "coordinator/store/records.h"

namespace longtake::coordinator {

struct HealthPolicy {
  int failures_in_a_row = 3;  // of different tasks
  absl::Duration first_quarantine = absl::Seconds(60);
  absl::Duration longest_quarantine = absl::Minutes(15);
};

// Whether a failure with this code says something about the worker. Not so:
// INVALID_ARGUMENT, FAILED_PRECONDITION, DATA_LOSS, NOT_FOUND, OUT_OF_RANGE,
// UNIMPLEMENTED (the input's fault), CANCELLED (it was stopped).
bool IsTheWorkersFault(StatusCode code);

WorkerHealth AfterSuccess();

// `task`: "job/task". The same task twice is one failure: it may be the task's
// fault. Failures that come in during a quarantine, of tasks that it held
// before, change nothing. Not for what all workers share: while the artifact
// store is full or away, failures are nobody's.
WorkerHealth AfterFailure(const WorkerHealth& health, const std::string& task,
                          StatusCode code, absl::Time now,
                          const HealthPolicy& policy);

bool IsQuarantined(const WorkerHealth& health, absl::Time now);

// How many leases it may hold: none in quarantine, one on probation, else as
// many as it has slots.
int LeasesAllowed(const WorkerHealth& health, int slots, absl::Time now);

}  // namespace longtake::coordinator
