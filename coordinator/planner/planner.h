#pragma once
// Which tasks should exist: a pure function of a job's snapshot, so that any
// coordinator comes to the same tasks with the same ids, and running it twice
// changes nothing.
//
//   analyze-audio, analyze-portrait   at once
//   plan                              when the audio is analysed: decides cuts
//   render-00012-g0                   one a segment, when plan and portrait are
//                                     done
//   assemble-0                        when all renders are done
//   render-00012-g1                   for the segments that assemble-0 asks for
//   assemble-1                        when those are done; may not ask again
//
// A dry run ends after plan and portrait.

#include <optional>
#include <string>
#include <vector>

#include "common/job/input_limits.h"
#include "common/status/status.h"
#include "coordinator/store/records.h"

namespace longtake::coordinator {

struct JobSnapshot {
  const JobRecord& job;
  const std::vector<TaskRecord>& tasks;
  // The bytes of analyze-audio's loudness blob; needed only while the audio is
  // analysed and no segments are decided (see NeedsLoudness).
  std::optional<std::string> loudness;
  // The farm's, for the tasks that look at inputs.
  AnalysisLimits limits = {};
};

// What to add to the job. Tasks that exist already are not repeated.
struct JobPlan {
  int64_t total_frames = 0;          // 0: as before
  std::vector<FrameRange> segments;  // empty: as before
  std::vector<TaskRecord> tasks;
  bool finished = false;  // a dry run knows all that it wanted to
};

// The loudness blob that PlanJob would want, if any.
std::optional<BlobRef> NeedsLoudness(const JobRecord& job,
                                     const std::vector<TaskRecord>& tasks);

// DataLoss when results do not fit the job (another number of segments than
// was planned, loudness of another length).
StatusOr<JobPlan> PlanJob(const JobSnapshot& snapshot);

// The renders that follow a plan and are no tasks yet: what a dry run asks for.
// None while the plan isn't done. DataLoss as PlanJob.
StatusOr<std::vector<TaskRecord>> RendersOf(const JobSnapshot& snapshot);

std::string RenderTaskId(int segment, int generation);  // "render-00012-g0"
std::string AssembleTaskId(int round);                  // "assemble-0"

// Whether `result` can be `task`'s: its kind, counts of frames and segments,
// blobs where they must be. Internal, one line, when it can't.
Status CheckResult(const TaskRecord& task, const TaskResult& result);

}  // namespace longtake::coordinator
