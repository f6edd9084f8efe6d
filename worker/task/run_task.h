#pragma once
// Runs one task of any kind. The result's blobs are in the store before this
// returns.
//
// A result depends on nothing but the task and the engine's binding, but for
// its timings. Errors keep the code that decides the retry
// (common/status/status.h); Cancelled after a requested stop.

#include "common/job/job.h"
#include "common/status/status.h"
#include "worker/task/task_context.h"

namespace longtake::worker {

// Thread-safe as far as the context's parts are.
StatusOr<TaskResult> RunTask(const TaskSpec& spec, TaskContext& context);

}  // namespace longtake::worker
