#pragma once
// A job's progress, counted from its records: one rule for every store.

#include <string>
#include <vector>

#include "coordinator/store/records.h"

namespace longtake::coordinator {

// "analyze", "plan", "render", "assemble" or "done", from the job's state,
// segments and open tasks.
std::string StageOf(const JobRecord& job);

// Frames and segments that `task` contributes: renders of generation 0 only, as
// repairs draw again what was counted.
struct Contribution {
  int64_t frames = 0;
  int segments_done = 0;
  int segments_rendered = 0;
};
Contribution ContributionOf(const TaskRecord& task);

// Sets job->progress and job->open_tasks from scratch.
void CountProgress(const std::vector<TaskRecord>& tasks, JobRecord* job);

}  // namespace longtake::coordinator
