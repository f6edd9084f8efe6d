#pragma once
// A small job by hand: two renders on two workers, one of them tried twice and
// then twice at once, one segment from the cache.

#include <string>
#include <utility>
#include <vector>

#include "client/farm/farm_connection.h"
#include "common/job/job_view.h"

namespace longtake::client {

inline constexpr int64_t kBegin = 1'700'000'000'000'000;  // microseconds

inline TaskView MakeTask(const std::string& id, TaskKind kind, int segment,
                         FrameRange range, std::vector<AttemptView> attempts) {
  TaskView task;
  task.task_id = id;
  task.kind = kind;
  task.segment = segment;
  task.range = range;
  task.attempts = std::move(attempts);
  task.state = TaskState::kSucceeded;
  task.attempt = static_cast<int>(task.attempts.size());
  return task;
}

inline AttemptView Try(int attempt, const std::string& worker, int64_t ready,
                       int64_t leased, int64_t ended,
                       const std::string& outcome, bool backup = false) {
  const auto at = [](int64_t t) { return t == 0 ? 0 : kBegin + t; };
  return {attempt, worker, at(ready), at(leased), at(ended), outcome, backup};
}

inline JobView SmallJobView() {
  JobView job;
  job.job_id = "0123456789abcdef0123456789abcdef";
  job.tenant = "studio";
  job.state = JobState::kSucceeded;
  job.spec.audio.name = "talk.wav";
  job.progress.frames_total = 900;
  job.progress.segments_total = 3;
  job.progress.segments_rendered = 2;
  job.submitted_at_micros = kBegin;
  job.ended_at_micros = kBegin + 9'000'000;
  job.seams = {{300, 1.25, 99, 0, SeamVerdict::kPass, false},
               {600, 3.5, 40, 0.1, SeamVerdict::kWarn, true}};
  return job;
}

inline SegmentList SmallJobTasks() {
  SegmentList list;
  list.tasks.push_back(
      MakeTask("analyze-audio", TaskKind::kAnalyzeAudio, -1, {},
               {Try(1, "w1", 1'000, 501'000, 1'000'000, "completed")}));
  TaskView cached =
      MakeTask("render-00000-g0", TaskKind::kRender, 0, {0, 300}, {});
  cached.from_cache = true;
  cached.ready_at_micros = kBegin + 1'000'000;
  list.tasks.push_back(cached);
  TaskView retried = MakeTask(
      "render-00001-g0", TaskKind::kRender, 1, {300, 600},
      {Try(1, "w1", 1'000'000, 1'000'000, 2'000'000, "failed"),
       Try(2, "w1", 2'500'000, 3'000'000, 6'000'000, "superseded"),
       Try(3, "w2", 4'000'000, 4'000'000, 6'000'000, "completed", true)});
  retried.error = Unavailable("device lost");
  retried.timings = {100'000, 1'200'000, 300'000, 1'900'000};
  list.tasks.push_back(retried);
  TaskView busy =
      MakeTask("render-00002-g0", TaskKind::kRender, 2, {600, 900},
               {Try(1, "w2", 1'000'000, 1'500'000, 4'500'000, "completed")});
  // Stages that worked at once: more than the attempt took.
  busy.timings = {1'000'000, 3'000'000, 2'000'000, 2'900'000};
  list.tasks.push_back(busy);
  list.tasks.push_back(
      MakeTask("assemble-g0", TaskKind::kAssemble, -1, {},
               {Try(1, "w1", 6'000'000, 6'100'000, 8'900'000, "completed")}));
  return list;
}

}  // namespace longtake::client
