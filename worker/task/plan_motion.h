#pragma once
// Plans the whole job's motion once, and says for each segment what its motion
// depends on.

#include "common/job/job.h"
#include "common/status/status.h"
#include "worker/task/task_context.h"

namespace longtake::worker {

// PlanResult. key_motions: the engine's key motions, or with a motion CSV the
// job's motion as rows (motion_rows.h). motion_digests: one for each of
// task.rendered, equal exactly where nothing changed that this segment's motion
// depends on. transcript_report: where there is a transcript, what the engine
// says of its clauses; those that it doesn't believe are warned of. Memory does
// not depend on the audio's length beyond the plan.
StatusOr<TaskResult> RunPlanMotion(const PlanTask& task, TaskContext& context);

}  // namespace longtake::worker
