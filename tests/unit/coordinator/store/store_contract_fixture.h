#pragma once
// What the tests of every Store share: an empty store, made by the suite's
// factory, and short words for what is done to it.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "coordinator/store/store.h"

namespace longtake::coordinator {

using StoreFactory = std::function<std::unique_ptr<Store>()>;

class StoreContract : public ::testing::TestWithParam<StoreFactory> {
 protected:
  StoreContract() : store_(GetParam()()) {}

  static TaskRecord Render(int segment) {
    TaskRecord task;
    task.task_id = fmt::format("render-{}", segment);
    task.kind = TaskKind::kRender;
    task.segment = segment;
    task.range = {segment * 100, segment * 100 + 100};
    RenderTask render;  // a legal one: stores may check specs
    render.range = task.range;
    render.rendered = task.range;
    render.motion_digest = std::string(64, 'd');
    task.spec = std::make_shared<const TaskSpec>(TaskSpec{"hilm", render});
    return task;
  }

  void Create(const std::string& job_id, int renders, int priority = 0) {
    JobRecord job;
    job.job_id = job_id;
    job.tenant = "default";
    job.spec.engine = "hilm";
    job.spec.priority = priority;
    job.submitted_at = now_;
    std::vector<TaskRecord> tasks;
    for (int i = 0; i < renders; ++i) tasks.push_back(Render(i));
    const auto created = store_->CreateJob(job, tasks, "submitted");
    ASSERT_TRUE(created.ok()) << created.status().ToString();
    ASSERT_TRUE(created->created);
  }

  StatusOr<TaskRecord> Lease(const std::string& job, const std::string& task,
                             const std::string& worker = "w1") {
    return store_->Lease({job, task, worker, binding_, 1, now_,
                          now_ + absl::Seconds(30), "", false});
  }
  FencingToken LeaseOk(const std::string& job, const std::string& task,
                       const std::string& worker = "w1") {
    const auto leased = Lease(job, task, worker);
    EXPECT_TRUE(leased.ok()) << leased.status().ToString();
    if (!leased.ok()) return {};
    return {job, task, leased->leases.back().epoch, leased->attempt};
  }
  Status Complete(const FencingToken& token, const std::string& worker = "w1",
                  std::optional<JobOutcome> outcome = {}) {
    return store_
        ->Complete(
            {token, worker, Result(), std::move(outcome), {}, now_, "done", {}})
        .status();
  }
  StatusOr<Completion> CompleteAndStay(const FencingToken& token, double share,
                                       double luck = 0, int64_t epoch = 1,
                                       const std::string& worker = "w1") {
    return store_->Complete(
        {token,
         worker,
         Result(),
         {},
         {},
         now_,
         "done",
         StayRequest{epoch, now_ + absl::Seconds(30), share, luck}});
  }
  // The id of the next task; empty: none.
  static std::string Next(const StatusOr<Completion>& completion) {
    EXPECT_TRUE(completion.ok()) << completion.status().ToString();
    return completion.ok() && completion->next ? completion->next->task_id : "";
  }
  // A job whose first render is queued, the others are not.
  void CreateNarrow(const std::string& job_id, int renders) {
    Create(job_id, 0);
    ASSERT_TRUE(Change(job_id, {}, {}, 1).ok());
    AddTasksRequest request{job_id, 100 * renders, {}, {}, now_, "planned"};
    for (int i = 0; i < renders; ++i) {
      request.tasks.push_back(Render(i));
      request.segments.push_back(request.tasks.back().range);
    }
    ASSERT_EQ(*store_->AddTasks(request), renders);
  }
  Status Fail(const FencingToken& token, bool fatal = false,
              const std::string& worker = "w1") {
    return store_->Fail({token, worker, Unavailable("net"), fatal, true,
                         now_ + absl::Seconds(1), now_, "failed"});
  }
  Status Release(const FencingToken& token, const std::string& worker = "w1") {
    return store_->Release({token, worker, now_, ""});
  }
  Status Renew(const FencingToken& token, int64_t frames = 0,
               const std::string& worker = "w1") {
    return store_->Renew({token, worker, frames, now_, now_ + absl::Seconds(30),
                          "", absl::Seconds(1)});
  }
  Status Expire(const std::string& job, const std::string& task, int attempt) {
    return store_->Expire({job, task, attempt, std::nullopt, now_, ""});
  }
  static std::shared_ptr<const TaskResult> Result() {
    TaskResult result;
    result.result = RenderResult{};
    return std::make_shared<const TaskResult>(result);
  }
  std::vector<std::string> Ready(int limit = 1000) {
    std::vector<std::string> ids;
    const auto ready = Poll({binding_}, limit);
    EXPECT_TRUE(ready.ok());
    for (const ReadyTask& task : *ready) {
      ids.push_back(task.job_id + "/" + task.task_id);
    }
    return ids;
  }
  StatusOr<std::vector<ReadyTask>> Poll(std::vector<EngineBinding> engines,
                                        int limit = 10) {
    return store_->PollReady(
        {{std::move(engines), {}, 0, {}}, std::nullopt, limit});
  }
  JobLoad LoadOf(const std::string& job_id) {
    const auto loads = store_->ListLoads();
    EXPECT_TRUE(loads.ok()) << loads.status().ToString();
    for (const JobLoad& load : *loads) {
      if (load.job_id == job_id) return load;
    }
    ADD_FAILURE() << "no load of " << job_id;
    return {};
  }
  Status Change(const std::string& job_id, std::optional<bool> paused,
                std::optional<int> priority = {},
                std::optional<int> window = {}) {
    return store_->ChangeJob(
        {job_id, paused, priority, window, now_, "changed"});
  }
  TaskState StateOf(const std::string& job, const std::string& task) {
    const auto found = store_->GetTask(job, task);
    EXPECT_TRUE(found.ok()) << found.status().ToString();
    return found.ok() ? found->state : TaskState::kCancelled;
  }

  std::unique_ptr<Store> store_;
  absl::Time now_ = absl::FromUnixSeconds(1767225600);
  const EngineBinding binding_{"hilm", "1", "class", 2};
};

using ::testing::ElementsAre;
using ::testing::IsEmpty;

}  // namespace longtake::coordinator
