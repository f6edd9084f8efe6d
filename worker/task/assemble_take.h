#pragma once
// The end of a job: every join is scored, the renders that fit are chosen, and
// the take is written, or the seams that can't be accepted are named.

#include "common/job/job.h"
#include "common/status/status.h"
#include "worker/task/task_context.h"

namespace longtake::worker {

// AssembleResult. Evidence is held for two neighbouring segments at a time.
// With a failing seam: repair_segments instead of a take where task.may_repair,
// else DataLoss that names the seam's frame, time and numbers.
// DataLoss where chunks or evidence are damaged.
StatusOr<TaskResult> RunAssembleTake(const AssembleTask& task,
                                     TaskContext& context);

}  // namespace longtake::worker
