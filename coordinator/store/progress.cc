#include "coordinator/store/progress.h"

#include <algorithm>

#include "coordinator/store/task_state.h"

namespace longtake::coordinator {
namespace {

int OpenTasks(const JobRecord& job, TaskKind kind) {
  return job.open_tasks[static_cast<size_t>(kind)];
}

}  // namespace

std::string StageOf(const JobRecord& job) {
  if (job.state == JobState::kSucceeded) return "done";
  if (OpenTasks(job, TaskKind::kAssemble) > 0) return "assemble";
  if (OpenTasks(job, TaskKind::kRender) > 0) return "render";
  if (OpenTasks(job, TaskKind::kPlan) > 0) return "plan";
  const JobProgress& progress = job.progress;
  if (progress.segments_total > 0 &&
      progress.segments_done == progress.segments_total) {
    return "assemble";
  }
  return "analyze";
}

Contribution ContributionOf(const TaskRecord& task) {
  Contribution c;
  if (task.kind != TaskKind::kRender || task.generation != 0) return c;
  if (task.state == TaskState::kSucceeded) {
    c.frames = task.range.size();
    c.segments_done = 1;
    c.segments_rendered = task.from_cache ? 0 : 1;
  } else if (task.state == TaskState::kLeased) {
    c.frames = std::min(task.frames_done, task.range.size());
  }
  return c;
}

void CountProgress(const std::vector<TaskRecord>& tasks, JobRecord* job) {
  JobProgress progress;
  progress.frames_total = job->total_frames;
  progress.segments_total = static_cast<int>(job->segments.size());
  job->open_tasks = {};
  for (const TaskRecord& task : tasks) {
    const Contribution c = ContributionOf(task);
    progress.frames_done += c.frames;
    progress.segments_done += c.segments_done;
    progress.segments_rendered += c.segments_rendered;
    if (IsOpen(task.state)) ++job->open_tasks[static_cast<size_t>(task.kind)];
  }
  job->progress = progress;
  job->progress.stage = StageOf(*job);
}

}  // namespace longtake::coordinator
