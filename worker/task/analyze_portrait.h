#pragma once
// Turns the portrait into the identity latent, once for the whole job.

#include "common/job/job.h"
#include "common/status/status.h"
#include "worker/task/task_context.h"

namespace longtake::worker {

// AnalyzePortraitResult. InvalidArgument, with the remedy, for a file that is
// no picture and for a picture without a usable face.
StatusOr<TaskResult> RunAnalyzePortrait(const AnalyzePortraitTask& task,
                                        TaskContext& context);

}  // namespace longtake::worker
