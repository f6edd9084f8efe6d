#pragma once
// A job in the planner's hands: plans, then pretends that tasks were done.

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "coordinator/planner/planner.h"

namespace longtake::coordinator {

inline BlobRef Named(char c, int64_t size = 1) {
  return {std::string(64, c), size};
}

class Plans {
 public:
  explicit Plans(int64_t frames = 900) : frames_(frames) {
    job.spec.portrait = {Named('a'), "p.jpg"};
    job.spec.audio = {Named('b'), "a.wav"};
    // 300 frames a segment, too short for one to be watched soon.
    job.spec.output.rate = {100, 1};
    job.spec.segment_millis = 3000;
    job.spec.seed = 7;
    job.spec.controls = {{"pose", "0.5"}};
    job.spec.guides = {{"transcript", {Named('d'), "words.txt"}}};
    job.inputs_digest = std::string(64, '9');
    job.binding = EngineBinding{"hilm", "1", "class", 2};
  }

  // Ids of the tasks that are new.
  std::vector<std::string> Next() {
    JobSnapshot snapshot{job, tasks, std::nullopt};
    if (NeedsLoudness(job, tasks)) {
      snapshot.loudness = std::string(static_cast<size_t>(frames_), '\0');
    }
    auto plan = PlanJob(snapshot);
    EXPECT_TRUE(plan.ok()) << plan.status().ToString();
    std::vector<std::string> ids;
    if (!plan.ok()) return ids;
    if (!plan->segments.empty()) job.segments = plan->segments;
    for (TaskRecord& task : plan->tasks) {
      ids.push_back(task.task_id);
      tasks.push_back(std::move(task));
    }
    return ids;
  }

  TaskRecord& Task(const std::string& id) {
    for (TaskRecord& task : tasks) {
      if (task.task_id == id) return task;
    }
    ADD_FAILURE() << "no task " << id;
    return tasks.front();
  }

  template <typename T>
  const T& Spec(const std::string& id) {
    return std::get<T>(Task(id).spec->task);
  }

  template <typename T>
  void Done(const std::string& id, T result, const std::string& worker = "w1") {
    TaskRecord& task = Task(id);
    task.state = TaskState::kSucceeded;
    task.worker_id = worker;
    task.result = std::make_shared<const TaskResult>(
        TaskResult{std::move(result), {}, {}});
    const Status fits = CheckResult(task, *task.result);
    EXPECT_TRUE(fits.ok()) << fits.ToString();
  }

  void AudioDone() {
    AnalyzeAudioResult result;
    result.facts.samples = frames_ * 1600;
    result.pcm = Named('c');
    result.loudness = Named('d', frames_);
    result.total_frames = frames_;
    Done("analyze-audio", result);
  }
  void PortraitDone() {
    Done("analyze-portrait", AnalyzePortraitResult{Named('e')});
  }
  void PlanDone() {
    PlanResult result;
    result.key_motions = Named('f');
    for (size_t i = 0; i < job.segments.size(); ++i) {
      result.motion_digests.push_back(
          std::string(64, static_cast<char>('0' + i % 10)));
    }
    Done("plan", result);
  }
  void RenderDone(const std::string& id, char chunk,
                  const std::string& worker = "w1") {
    Done(id, RenderResult{Named(chunk), Named('8'), Task(id).range.size()},
         worker);
  }

  JobRecord job;
  std::vector<TaskRecord> tasks;

 private:
  const int64_t frames_;
};

}  // namespace longtake::coordinator
