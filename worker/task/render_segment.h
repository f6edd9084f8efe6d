#pragma once
// Renders one segment: motion, pictures, H.264 chunk and the evidence that the
// seam checks compare.

#include "common/job/job.h"
#include "common/status/status.h"
#include "worker/task/task_context.h"

namespace longtake::worker {

// RenderResult. Draws task.rendered; frames outside task.range (the overlap
// with the neighbours) go to the evidence only. Memory does not depend on the
// segment's length. Reports progress as frames of the range done. Cancelled
// within a few frames of a requested stop, leaving nothing in the store.
StatusOr<TaskResult> RunRenderSegment(const RenderTask& task,
                                      TaskContext& context);

}  // namespace longtake::worker
