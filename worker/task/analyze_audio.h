#pragma once
// The first look at a job's sound: its facts, the 16 kHz copy that motion is
// read from, and the loudness that the planner cuts by.

#include "common/job/job.h"
#include "common/status/status.h"
#include "worker/task/task_context.h"

namespace longtake::worker {

// AnalyzeAudioResult. total_frames = ceil(decoded samples / sample rate * frame
// rate), in integers. InvalidArgument, with the remedy, for a file without
// usable sound. Memory: a byte a frame.
StatusOr<TaskResult> RunAnalyzeAudio(const AnalyzeAudioTask& task,
                                     TaskContext& context);

}  // namespace longtake::worker
