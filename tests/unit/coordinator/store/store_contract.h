#pragma once
// What every Store must do. An implementation instantiates the suite with a
// factory of empty stores:
//
//   INSTANTIATE_TEST_SUITE_P(Memory, StoreContract, ::testing::Values(
//       StoreFactory([] { return std::make_unique<MemoryStore>(); })));

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
            {token, worker, Result(), std::move(outcome), {}, now_, "done"})
        .status();
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

TEST_P(StoreContract, KnownJobIsLeftAlone) {
  Create("a", 1);
  JobRecord other;
  other.job_id = "a";
  other.tenant = "else";
  const auto again = store_->CreateJob(other, {Render(7)}, "x");
  ASSERT_TRUE(again.ok());
  EXPECT_FALSE(again->created);
  EXPECT_EQ(again->job.tenant, "default");
  EXPECT_EQ(store_->ListTasks("a")->size(), 1u);
  EXPECT_EQ(store_->ListEvents("a", 0, 10)->events.size(), 1u);
}

TEST_P(StoreContract, UnknownNamesAreNotFound) {
  Create("a", 1);
  EXPECT_EQ(store_->GetJob("b").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(store_->ListTasks("b").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(store_->GetTask("a", "x").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(store_->ListEvents("b", 0, 1).status().code(),
            StatusCode::kNotFound);
  EXPECT_EQ(Lease("a", "x").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(store_->TouchWorker("w", now_).status().code(),
            StatusCode::kNotFound);
  EXPECT_EQ(Complete({"b", "x", 1, 1}).code(), StatusCode::kAborted);
}

TEST_P(StoreContract, QueueIsOrderedByPriorityThenByArrival) {
  Create("late", 2);
  Create("later", 1);
  Create("urgent", 1, 5);
  EXPECT_THAT(Ready(), ElementsAre("urgent/render-0", "late/render-0",
                                   "late/render-1", "later/render-0"));
  EXPECT_THAT(Ready(2), ElementsAre("urgent/render-0", "late/render-0"));
  const auto page = Poll({binding_}, 2);
  const auto rest =
      store_->PollReady({{{binding_}, {}, 0, {}}, page->back().position, 1000});
  ASSERT_EQ(rest->size(), 2u);
  EXPECT_EQ(rest->front().task_id, "render-1");
}

TEST_P(StoreContract, PollOffersOnlyWhatAnEngineFits) {
  Create("a", 2);
  Create("b", 1);
  LeaseOk("a", "render-0");
  EngineBinding newer = binding_;
  newer.version = "2";
  const auto ready = Poll({newer});
  ASSERT_EQ(ready->size(), 1u);
  EXPECT_EQ(ready->front().job_id, "b");
  EXPECT_EQ(ready->front().binding, newer);
  EngineBinding foreign = binding_;
  foreign.name = "other";
  EXPECT_THAT(*Poll({foreign}), IsEmpty());
  EXPECT_THAT(*Poll({}), IsEmpty());
}

TEST_P(StoreContract, FirstLeasePinsTheJobToItsEngine) {
  Create("a", 2);
  EXPECT_EQ(store_->GetJob("a")->state, JobState::kQueued);
  LeaseOk("a", "render-0");
  EXPECT_EQ(store_->GetJob("a")->state, JobState::kRunning);
  EXPECT_EQ(store_->GetJob("a")->binding, binding_);
  EngineBinding newer = binding_;
  newer.version = "2";
  const auto refused = store_->Lease({"a", "render-1", "w2", newer, 1, now_,
                                      now_ + absl::Seconds(1), "", false});
  EXPECT_EQ(refused.status().code(), StatusCode::kAborted);
  EXPECT_EQ(StateOf("a", "render-1"), TaskState::kReady);
}

TEST_P(StoreContract, TaskIsLeasedToOneOfManyAtOnce) {
  Create("a", 1);
  std::atomic<int> won = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      const auto leased = Lease("a", "render-0", fmt::format("w{}", i));
      if (leased.ok()) ++won;
      if (!leased.ok()) {
        EXPECT_EQ(leased.status().code(), StatusCode::kAborted);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(won, 1);
  EXPECT_EQ(store_->GetTask("a", "render-0")->attempt, 1);
}

TEST_P(StoreContract, AttemptRisesWithEachLeaseAndFencesTheEarlier) {
  Create("a", 1);
  const FencingToken first = LeaseOk("a", "render-0");
  ASSERT_TRUE(Release(first).ok());
  const FencingToken second = LeaseOk("a", "render-0", "w2");
  EXPECT_EQ(second.attempt, first.attempt + 1);
  EXPECT_EQ(Complete(first).code(), StatusCode::kAborted);
  EXPECT_EQ(Fail(first).code(), StatusCode::kAborted);
  EXPECT_EQ(Renew(first).code(), StatusCode::kAborted);
  EXPECT_TRUE(Release(first).ok());  // a repeat of what it said
  EXPECT_EQ(StateOf("a", "render-0"), TaskState::kLeased);
  FencingToken forged = second;
  forged.epoch = 2;
  EXPECT_EQ(Complete(forged, "w2").code(), StatusCode::kAborted);
  EXPECT_EQ(Complete(second, "w1").code(), StatusCode::kAborted);
  EXPECT_TRUE(Complete(second, "w2").ok());
}

TEST_P(StoreContract, RepeatedReportsChangeNothing) {
  Create("a", 2);
  const FencingToken done = LeaseOk("a", "render-0");
  ASSERT_TRUE(Complete(done).ok());
  const int64_t events = store_->GetJob("a")->last_event_sequence;
  EXPECT_TRUE(Complete(done).ok());
  EXPECT_EQ(Fail(done).code(), StatusCode::kAborted);
  const FencingToken failed = LeaseOk("a", "render-1");
  ASSERT_TRUE(Fail(failed).ok());
  EXPECT_TRUE(Fail(failed).ok());
  EXPECT_EQ(store_->GetTask("a", "render-1")->failures, 1);
  EXPECT_EQ(store_->GetJob("a")->last_event_sequence, events + 1);
}

TEST_P(StoreContract, LeaseExpiresUnlessRenewed) {
  Create("a", 1);
  const FencingToken token = LeaseOk("a", "render-0");
  now_ += absl::Seconds(20);
  ASSERT_TRUE(Renew(token, 10).ok());
  now_ += absl::Seconds(29);
  EXPECT_THAT(*store_->ListDue(now_, 10), IsEmpty());
  EXPECT_EQ(Expire("a", "render-0", 1).code(), StatusCode::kAborted);
  now_ += absl::Seconds(1);
  const auto due = store_->ListDue(now_, 10);
  ASSERT_EQ(due->size(), 1u);
  EXPECT_EQ(due->front().attempt, 1);
  EXPECT_EQ(due->front().state, TaskState::kLeased);
  EXPECT_EQ(Expire("a", "render-0", 2).code(), StatusCode::kAborted);
  ASSERT_TRUE(Expire("a", "render-0", 1).ok());
  EXPECT_THAT(*store_->ListDue(now_, 10), IsEmpty());
  EXPECT_EQ(StateOf("a", "render-0"), TaskState::kReady);
  EXPECT_EQ(store_->GetJob("a")->progress.frames_done, 0);
  EXPECT_EQ(Complete(token).code(), StatusCode::kAborted);
  EXPECT_EQ(LeaseOk("a", "render-0", "w2").attempt, 2);
}

TEST_P(StoreContract, ExpiryOfAWorkerThatLivesIsForgivenOnce) {
  Create("a", 1);
  const FencingToken first = LeaseOk("a", "render-0");
  now_ += absl::Seconds(30);
  ASSERT_TRUE(Expire("a", "render-0", 1).ok());
  const FencingToken second = LeaseOk("a", "render-0", "w2");
  ASSERT_TRUE(store_->Forgive(second).ok());  // not expired
  now_ += absl::Seconds(30);
  ASSERT_TRUE(Expire("a", "render-0", 2).ok());
  EXPECT_EQ(store_->GetTask("a", "render-0")->expiries, 2);
  ASSERT_TRUE(store_->Forgive(second).ok());
  ASSERT_TRUE(store_->Forgive(second).ok());
  EXPECT_EQ(store_->GetTask("a", "render-0")->expiries, 1);
  EXPECT_EQ(Complete(second, "w2").code(), StatusCode::kAborted);
  EXPECT_TRUE(store_->Forgive({"b", "x", 1, 1}).ok());
}

TEST_P(StoreContract, FailedAttemptWaitsForItsTimeAndAvoidsItsWorker) {
  Create("a", 1);
  ASSERT_TRUE(Fail(LeaseOk("a", "render-0")).ok());
  EXPECT_EQ(StateOf("a", "render-0"), TaskState::kWaitingRetry);
  EXPECT_THAT(Ready(), IsEmpty());
  EXPECT_EQ(store_->MakeReady("a", "render-0", now_).code(),
            StatusCode::kAborted);
  now_ += absl::Seconds(1);
  ASSERT_EQ(store_->ListDue(now_, 10)->size(), 1u);
  ASSERT_TRUE(store_->MakeReady("a", "render-0", now_).ok());
  EXPECT_EQ(store_->MakeReady("a", "render-0", now_).code(),
            StatusCode::kAborted);
  const auto ready = Poll({binding_});
  ASSERT_EQ(ready->size(), 1u);
  EXPECT_THAT(ready->front().avoid_workers, ElementsAre("w1"));
}

TEST_P(StoreContract, FatalFailureEndsTheJobAndItsOtherLeases) {
  Create("a", 3);
  const FencingToken other = LeaseOk("a", "render-1", "w2");
  ASSERT_TRUE(Fail(LeaseOk("a", "render-0"), true).ok());
  const auto job = store_->GetJob("a");
  EXPECT_EQ(job->state, JobState::kFailed);
  EXPECT_EQ(job->error, Unavailable("net"));
  EXPECT_EQ(job->ended_at, now_);
  EXPECT_EQ(StateOf("a", "render-0"), TaskState::kFailed);
  EXPECT_EQ(StateOf("a", "render-1"), TaskState::kCancelled);
  EXPECT_EQ(StateOf("a", "render-2"), TaskState::kCancelled);
  EXPECT_EQ(Renew(other, 1, "w2").code(), StatusCode::kAborted);
  EXPECT_EQ(Complete(other, "w2").code(), StatusCode::kAborted);
  EXPECT_THAT(Ready(), IsEmpty());
  EXPECT_THAT(*store_->ListDue(absl::InfiniteFuture(), 10), IsEmpty());
  EXPECT_EQ(Lease("a", "render-2").status().code(), StatusCode::kAborted);
}

TEST_P(StoreContract, CompletionWithOutcomeEndsTheJobInOneStep) {
  Create("a", 1);
  JobOutcome outcome;
  outcome.take = {std::string(64, 't'), 9};
  ASSERT_TRUE(Complete(LeaseOk("a", "render-0"), "w1", outcome).ok());
  EXPECT_EQ(store_->GetJob("a")->state, JobState::kSucceeded);
  EXPECT_EQ(store_->GetJob("a")->take, outcome.take);
  const auto page = store_->ListEvents("a", 0, 10);
  EXPECT_TRUE(page->ended);
  EXPECT_EQ(page->events.back().state, JobState::kSucceeded);
  EXPECT_EQ(page->events.back().progress.stage, "done");
  EXPECT_EQ(
      store_->EndJob("a", {JobState::kCancelled, {}, {}}, now_, "").code(),
      StatusCode::kFailedPrecondition);
  EXPECT_EQ(
      store_->AddTasks({"a", 0, {}, {Render(5)}, now_, ""}).status().code(),
      StatusCode::kFailedPrecondition);
  RetryRequest retry;
  retry.job_id = "a";
  EXPECT_EQ(store_->RetryJob(retry).code(), StatusCode::kFailedPrecondition);
}

TEST_P(StoreContract, ProgressCountsFramesAndSegments) {
  Create("a", 0);
  const auto added = store_->AddTasks({"a",
                                       300,
                                       {{0, 100}, {100, 200}, {200, 300}},
                                       {Render(0), Render(1), Render(2)},
                                       now_,
                                       "planned"});
  ASSERT_EQ(*added, 3);
  EXPECT_EQ(*store_->AddTasks({"a", 300, {}, {Render(1)}, now_, "x"}), 0);
  const FencingToken first = LeaseOk("a", "render-0");
  const FencingToken second = LeaseOk("a", "render-1");
  ASSERT_TRUE(Renew(first, 40).ok());
  ASSERT_TRUE(Renew(first, 30).ok());    // never backwards
  ASSERT_TRUE(Renew(second, 500).ok());  // never more than there is
  EXPECT_EQ(store_->GetJob("a")->progress.frames_done, 140);
  ASSERT_TRUE(Complete(first).ok());
  ASSERT_TRUE(Release(second).ok());
  ASSERT_TRUE(store_
                  ->CompleteFromCache({"a",
                                       "render-2",
                                       binding_,
                                       Result(),
                                       std::nullopt,
                                       {},
                                       now_,
                                       "cached"})
                  .ok());
  const JobProgress progress = store_->GetJob("a")->progress;
  EXPECT_EQ(progress.frames_total, 300);
  EXPECT_EQ(progress.frames_done, 200);
  EXPECT_EQ(progress.segments_total, 3);
  EXPECT_EQ(progress.segments_done, 2);
  EXPECT_EQ(progress.segments_rendered, 1);
  EXPECT_EQ(progress.stage, "render");
  EXPECT_EQ(store_->GetJob("a")->open_task_count(), 1);
  EXPECT_TRUE(store_->GetTask("a", "render-2")->from_cache);
}

TEST_P(StoreContract, RetryReopensWhatIsNotFinished) {
  Create("a", 3);
  ASSERT_TRUE(Complete(LeaseOk("a", "render-0")).ok());
  ASSERT_TRUE(Complete(LeaseOk("a", "render-1")).ok());
  const FencingToken held = LeaseOk("a", "render-2");
  ASSERT_TRUE(
      store_->EndJob("a", {JobState::kCancelled, {}, {}}, now_, "bye").ok());
  RetryRequest retry;
  retry.job_id = "a";
  retry.lost = {"render-1"};
  retry.now = now_;
  retry.event = "again";
  ASSERT_TRUE(store_->RetryJob(retry).ok());
  EXPECT_EQ(store_->GetJob("a")->state, JobState::kQueued);
  EXPECT_EQ(store_->GetJob("a")->progress.segments_done, 1);
  EXPECT_THAT(Ready(), ElementsAre("a/render-1", "a/render-2"));
  EXPECT_EQ(Complete(held).code(), StatusCode::kAborted);
  EXPECT_EQ(LeaseOk("a", "render-2").attempt, 2);
  EXPECT_FALSE(store_->ListEvents("a", 0, 10)->ended);
}

TEST_P(StoreContract, DroppedTasksKeepTheirAttemptsUsedUp) {
  Create("a", 2);
  const FencingToken held = LeaseOk("a", "render-0");
  ASSERT_TRUE(
      store_->EndJob("a", {JobState::kCancelled, {}, {}}, now_, "").ok());
  RetryRequest retry;
  retry.job_id = "a";
  retry.unbind = true;
  retry.now = now_;
  ASSERT_TRUE(store_->RetryJob(retry).ok());
  EXPECT_THAT(*store_->ListTasks("a"), IsEmpty());
  EXPECT_FALSE(store_->GetJob("a")->binding);
  ASSERT_EQ(*store_->AddTasks({"a", 0, {}, {Render(0)}, now_, ""}), 1);
  EXPECT_GT(LeaseOk("a", "render-0").attempt, held.attempt);
  EXPECT_EQ(Complete(held).code(), StatusCode::kAborted);
}

TEST_P(StoreContract, HealingReopensWhatIsLostAndDropsWhatWasMadeFromIt) {
  Create("a", 5);
  ASSERT_TRUE(Complete(LeaseOk("a", "render-0")).ok());
  ASSERT_TRUE(Complete(LeaseOk("a", "render-1")).ok());
  const FencingToken finder = LeaseOk("a", "render-2", "w2");
  const FencingToken dropped = LeaseOk("a", "render-3", "w3");
  HealRequest heal;
  heal.job_id = "a";
  heal.lost = {{"render-1", 0}};
  heal.drop = {"render-3", "no such task"};
  heal.found_by = finder;
  heal.worker_id = "w2";
  heal.now = now_;
  heal.event = "render-1 is lost";
  HealRequest other = heal;
  other.worker_id = "w1";
  EXPECT_EQ(store_->HealJob(other).code(), StatusCode::kAborted);
  other = heal;
  other.lost.push_back({"render-4", 0});  // it has no result
  EXPECT_EQ(store_->HealJob(other).code(), StatusCode::kAborted);
  EXPECT_EQ(StateOf("a", "render-1"), TaskState::kSucceeded);
  EXPECT_TRUE(Renew(finder, 0, "w2").ok());

  ASSERT_TRUE(store_->HealJob(heal).ok());
  const JobRecord job = *store_->GetJob("a");
  EXPECT_EQ(job.state, JobState::kRunning);
  EXPECT_EQ(job.progress.segments_done, 1);
  EXPECT_EQ(job.progress.frames_done, 100);
  EXPECT_EQ(job.open_task_count(), 2);
  EXPECT_THAT(Ready(),
              testing::UnorderedElementsAre("a/render-1", "a/render-4"));
  const TaskInJob lost = *store_->GetTask("a", "render-1");
  EXPECT_EQ(lost.times_lost, 1);
  EXPECT_EQ(lost.result, nullptr);
  EXPECT_EQ(store_->ListTasks("a")->size(), 3u);
  EXPECT_EQ(store_->ListEvents("a", 0, 100)->events.back().text,
            "render-1 is lost");
  // Found a second time, by the same and by another that holds its lease.
  EXPECT_EQ(store_->HealJob(heal).code(), StatusCode::kAborted);
  EXPECT_EQ(Complete(finder, "w2").code(), StatusCode::kAborted);
  EXPECT_EQ(Complete(dropped, "w3").code(), StatusCode::kAborted);
  EXPECT_THAT(*store_->ListDue(now_ + absl::Hours(1), 10), IsEmpty());

  ASSERT_EQ(*store_->AddTasks({"a", 0, {}, {Render(2), Render(3)}, now_, ""}),
            2);
  EXPECT_GT(LeaseOk("a", "render-2", "w2").attempt, finder.attempt);
  EXPECT_GT(LeaseOk("a", "render-3", "w3").attempt, dropped.attempt);
  const FencingToken again = LeaseOk("a", "render-1");
  EXPECT_EQ(again.attempt, 2);
  ASSERT_TRUE(Complete(again).ok());
  EXPECT_EQ(store_->GetJob("a")->progress.segments_done, 2);
}

TEST_P(StoreContract, HealingIsFencedByHowOftenAResultWasLost) {
  Create("a", 2);
  ASSERT_TRUE(Complete(LeaseOk("a", "render-0")).ok());
  HealRequest heal;
  heal.job_id = "a";
  heal.lost = {{"render-0", 0}};
  heal.now = now_;
  ASSERT_TRUE(store_->HealJob(heal).ok());
  EXPECT_EQ(store_->HealJob(heal).code(), StatusCode::kAborted);
  ASSERT_TRUE(Complete(LeaseOk("a", "render-0")).ok());
  // Somebody who saw it before it was made again.
  EXPECT_EQ(store_->HealJob(heal).code(), StatusCode::kAborted);
  heal.lost = {{"render-0", 1}};
  ASSERT_TRUE(store_->HealJob(heal).ok());
  EXPECT_EQ(store_->GetTask("a", "render-0")->times_lost, 2);
  ASSERT_TRUE(
      store_->EndJob("a", {JobState::kCancelled, {}, {}}, now_, "").ok());
  heal.lost = {{"render-0", 2}};
  EXPECT_EQ(store_->HealJob(heal).code(), StatusCode::kFailedPrecondition);
  RetryRequest retry;
  retry.job_id = "a";
  retry.now = now_;
  ASSERT_TRUE(store_->RetryJob(retry).ok());
  EXPECT_EQ(store_->GetTask("a", "render-0")->times_lost, 0);
}

TEST_P(StoreContract, ManyTasksAreAddedAndAddingGoesOnWhereItStopped) {
  constexpr int kTasks = 2345;
  Create("a", 0);
  AddTasksRequest request{"a", 100 * kTasks, {}, {}, now_, "planned"};
  for (int i = 0; i < kTasks; ++i) {
    request.tasks.push_back(Render(i));
    request.segments.push_back(request.tasks.back().range);
  }
  // As a call that was cut off leaves it.
  AddTasksRequest cut = request;
  cut.tasks.resize(1000);
  ASSERT_EQ(*store_->AddTasks(cut), 1000);
  EXPECT_EQ(store_->GetJob("a")->progress.frames_total, 100 * kTasks);
  EXPECT_EQ(store_->GetJob("a")->progress.segments_total, kTasks);
  EXPECT_EQ(*store_->AddTasks(request), kTasks - 1000);
  EXPECT_EQ(*store_->AddTasks(request), 0);
  const JobRecord job = *store_->GetJob("a");
  EXPECT_EQ(job.open_task_count(), kTasks);
  EXPECT_EQ(job.progress.frames_total, 100 * kTasks);
  EXPECT_EQ(job.progress.segments_total, kTasks);
  EXPECT_EQ(job.segments.size(), static_cast<size_t>(kTasks));
  const std::vector<TaskRecord> tasks = *store_->ListTasks("a");
  ASSERT_EQ(tasks.size(), static_cast<size_t>(kTasks));
  for (int i = 0; i < kTasks; ++i) {
    EXPECT_EQ(tasks[static_cast<size_t>(i)].segment, i);
  }
}

TEST_P(StoreContract, EventsRiseByOneAndAreBounded) {
  Create("a", 1);
  for (int i = 0; i < kMinEventsKept + 10; ++i) {
    ASSERT_TRUE(store_
                    ->Release({LeaseOk("a", "render-0"), "w1", now_,
                               fmt::format("event {}", i)})
                    .ok());
  }
  const auto page = store_->ListEvents("a", 0, 1 << 20);
  ASSERT_GE(page->events.size(), static_cast<size_t>(kMinEventsKept));
  for (size_t i = 1; i < page->events.size(); ++i) {
    EXPECT_EQ(page->events[i].sequence, page->events[i - 1].sequence + 1);
  }
  EXPECT_EQ(page->events.back().sequence, kMinEventsKept + 11);
  const auto tail = store_->ListEvents("a", kMinEventsKept + 10, 10);
  ASSERT_EQ(tail->events.size(), 1u);
  EXPECT_EQ(tail->events[0].text, fmt::format("event {}", kMinEventsKept + 9));
}

TEST_P(StoreContract, ProgressEventsKeepTheirDistance) {
  Create("a", 1);
  const FencingToken token = LeaseOk("a", "render-0");
  const auto renew = [&](int64_t frames) {
    ASSERT_TRUE(
        store_
            ->Renew({token, "w1", frames, now_, now_ + absl::Seconds(30),
                     "rendering", absl::Seconds(1)})
            .ok());
  };
  renew(10);
  now_ += absl::Seconds(1);
  renew(20);
  renew(30);
  now_ += absl::Seconds(1);
  renew(30);
  EXPECT_EQ(store_->GetJob("a")->last_event_sequence, 2);
}

TEST_P(StoreContract, JobsAreListedNewestFirst) {
  for (const char* id : {"a", "b", "c"}) Create(id, 0);
  const auto newest = store_->ListJobs("", 0, 2);
  ASSERT_EQ(newest->size(), 2u);
  EXPECT_EQ(newest->front().job_id, "c");
  const auto rest = store_->ListJobs("", newest->back().submit_sequence, 2);
  ASSERT_EQ(rest->size(), 1u);
  EXPECT_EQ(rest->front().job_id, "a");
  EXPECT_THAT(*store_->ListJobs("nobody", 0, 10), IsEmpty());
}

TEST_P(StoreContract, WorkersAreListedWithTheirLoad) {
  Create("a", 2);
  WorkerRecord worker;
  worker.worker_id = "w1";
  worker.offer.engines = {binding_};
  worker.last_seen = now_;
  ASSERT_TRUE(store_->PutWorker(worker).ok());
  const FencingToken token = LeaseOk("a", "render-0");
  LeaseOk("a", "render-1");
  EXPECT_EQ(store_->ListWorkers(now_)->front().busy, 2);
  ASSERT_TRUE(Complete(token).ok());
  EXPECT_EQ(store_->ListWorkers(now_)->front().busy, 1);
  ASSERT_TRUE(store_->TouchWorker("w1", now_ + absl::Seconds(5)).ok());
  EXPECT_EQ(store_->ListWorkers(now_ + absl::Seconds(5))->size(), 1u);
  EXPECT_THAT(*store_->ListWorkers(now_ + absl::Seconds(6)), IsEmpty());
}

TEST_P(StoreContract, WindowBoundsWhatIsQueuedAndJobsTakeTurns) {
  Create("a", 4);
  ASSERT_TRUE(Change("a", {}, {}, 1).ok());
  // A smaller window takes nothing back.
  EXPECT_EQ(Ready().size(), 4u);
  JobRecord narrow;
  for (const char* id : {"b", "c"}) {
    narrow.job_id = id;
    narrow.tenant = "default";
    narrow.spec.engine = "hilm";
    narrow.window = 2;
    narrow.submitted_at = now_;
    ASSERT_TRUE(
        store_->CreateJob(narrow, {Render(0), Render(1), Render(2)}, "").ok());
  }
  EXPECT_THAT(Ready(), ElementsAre("a/render-0", "a/render-1", "a/render-2",
                                   "a/render-3", "b/render-0", "b/render-1",
                                   "c/render-0", "c/render-1"));
  EXPECT_EQ(LoadOf("b").draw, (TaskCounts{1, 2, 0, 0}));
  LeaseOk("b", "render-0");
  EXPECT_THAT(Ready().back(), "b/render-2");
  EXPECT_EQ(LoadOf("b").draw, (TaskCounts{0, 2, 1, 0}));
}

TEST_P(StoreContract, TasksGoOnlyToWorkersThatMeetTheirNeeds) {
  JobRecord job;
  job.job_id = "a";
  job.tenant = "default";
  job.spec.engine = "hilm";
  job.submitted_at = now_;
  TaskRecord big = Render(0);
  big.needs = {"gpu", int64_t{24} << 30, {"nvenc"}};
  ASSERT_TRUE(store_->CreateJob(job, {big, Render(1)}, "").ok());
  const auto ids = [&](const WorkerOffer& offer) {
    std::vector<std::string> found;
    const auto ready = store_->PollReady({offer, std::nullopt, 10});
    EXPECT_TRUE(ready.ok()) << ready.status().ToString();
    for (const ReadyTask& task : *ready) found.push_back(task.task_id);
    return found;
  };
  const int64_t enough = int64_t{24} << 30;
  EXPECT_THAT(ids({{binding_}, {"gpu"}, enough, {"nvenc", "x"}}),
              ElementsAre("render-0", "render-1"));
  EXPECT_THAT(ids({{binding_}, {"cpu"}, enough, {"nvenc"}}),
              ElementsAre("render-1"));
  EXPECT_THAT(ids({{binding_}, {"gpu"}, enough - 1, {"nvenc"}}),
              ElementsAre("render-1"));
  EXPECT_THAT(ids({{binding_}, {"gpu"}, enough, {}}), ElementsAre("render-1"));
  EXPECT_EQ(store_->GetTask("a", "render-0")->needs, big.needs);
}

TEST_P(StoreContract, PausedJobHandsOutNothingUntilItIsResumed) {
  Create("a", 2);
  const FencingToken held = LeaseOk("a", "render-0");
  ASSERT_TRUE(Change("a", true).ok());
  EXPECT_TRUE(store_->GetJob("a")->paused);
  EXPECT_THAT(Ready(), IsEmpty());
  EXPECT_EQ(LoadOf("a").draw, (TaskCounts{1, 0, 1, 0}));
  EXPECT_EQ(Lease("a", "render-1").status().code(), StatusCode::kAborted);
  EXPECT_TRUE(Renew(held, 10).ok());
  EXPECT_TRUE(Complete(held).ok());
  EXPECT_THAT(Ready(), IsEmpty());
  ASSERT_TRUE(Change("a", false).ok());
  EXPECT_THAT(Ready(), ElementsAre("a/render-1"));
  EXPECT_EQ(store_->ListEvents("a", 0, 10)->events.back().text, "changed");
}

TEST_P(StoreContract, PriorityOfALiveJobChangesItsPlace) {
  Create("a", 1);
  Create("b", 2);
  ASSERT_TRUE(Change("b", {}, 7).ok());
  EXPECT_THAT(Ready(), ElementsAre("b/render-0", "b/render-1", "a/render-0"));
  EXPECT_EQ(store_->GetJob("b")->spec.priority, 7);
  EXPECT_EQ(LoadOf("b").priority, 7);
  ASSERT_TRUE(
      store_->EndJob("a", {JobState::kCancelled, {}, {}}, now_, "").ok());
  EXPECT_EQ(Change("a", {}, 1).code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(Change("x", {}, 1).code(), StatusCode::kNotFound);
}

TEST_P(StoreContract, BackupOfAStragglerAndTheFirstResultWins) {
  Create("a", 2);
  const auto backup = [&](const std::string& worker) {
    LeaseRequest request{
        "a", "render-0", worker, binding_, 1, now_, now_ + absl::Seconds(30),
        "",  true};
    return store_->Lease(request);
  };
  EXPECT_EQ(backup("w2").status().code(), StatusCode::kAborted);
  const FencingToken slow = LeaseOk("a", "render-0", "w1");
  EXPECT_EQ(backup("w1").status().code(), StatusCode::kAborted);
  const auto leased = backup("w2");
  ASSERT_TRUE(leased.ok()) << leased.status().ToString();
  const FencingToken fast{"a", "render-0", 1, leased->attempt};
  EXPECT_EQ(backup("w3").status().code(), StatusCode::kAborted);
  ASSERT_TRUE(Renew(slow, 60, "w1").ok());
  ASSERT_TRUE(Renew(fast, 20, "w2").ok());
  EXPECT_EQ(store_->GetTask("a", "render-0")->frames_done, 60);
  EXPECT_EQ(LoadOf("a").draw, (TaskCounts{0, 1, 1, 0}));
  ASSERT_TRUE(Complete(fast, "w2").ok());
  EXPECT_EQ(Renew(slow, 70, "w1").code(), StatusCode::kAborted);
  EXPECT_EQ(Complete(slow, "w1").code(), StatusCode::kAborted);
  EXPECT_TRUE(Complete(fast, "w2").ok());
  const auto task = store_->GetTask("a", "render-0");
  EXPECT_EQ(task->worker_id, "w2");
  ASSERT_NE(task->FindClosed(slow), nullptr);
  EXPECT_EQ(task->FindClosed(slow)->end, AttemptEnd::kSuperseded);
  EXPECT_TRUE(task->FindClosed(fast)->backup);
  EXPECT_THAT(*store_->ListDue(absl::InfiniteFuture(), 10), IsEmpty());
}

TEST_P(StoreContract, TheOtherLeaseOutlivesAFailedOrLostOne) {
  Create("a", 1);
  const auto backup = [&](const std::string& worker) {
    const auto leased =
        store_->Lease({"a", "render-0", worker, binding_, 1, now_,
                       now_ + absl::Seconds(30), "", true});
    EXPECT_TRUE(leased.ok()) << leased.status().ToString();
    return FencingToken{"a", "render-0", 1, leased->attempt};
  };
  const FencingToken first = LeaseOk("a", "render-0", "w1");
  const FencingToken second = backup("w2");
  ASSERT_TRUE(Fail(first, false, "w1").ok());
  EXPECT_EQ(StateOf("a", "render-0"), TaskState::kLeased);
  EXPECT_EQ(store_->GetTask("a", "render-0")->failures, 1);
  EXPECT_THAT(store_->GetTask("a", "render-0")->failed_workers,
              ElementsAre("w1"));
  now_ += absl::Seconds(10);
  const FencingToken third = backup("w3");
  now_ += absl::Seconds(20);
  const auto due = store_->ListDue(now_, 10);
  ASSERT_EQ(due->size(), 1u);
  EXPECT_EQ(due->front().attempt, second.attempt);
  ASSERT_TRUE(Expire("a", "render-0", second.attempt).ok());
  EXPECT_EQ(StateOf("a", "render-0"), TaskState::kLeased);
  ASSERT_TRUE(Release(third, "w3").ok());
  EXPECT_EQ(StateOf("a", "render-0"), TaskState::kReady);
  EXPECT_THAT(Ready(), ElementsAre("a/render-0"));
}

TEST_P(StoreContract, AttemptsTellWhoDidWhatWhen) {
  Create("a", 1);
  const absl::Time start = now_;
  now_ += absl::Seconds(3);
  const FencingToken first = LeaseOk("a", "render-0");
  now_ += absl::Seconds(2);
  ASSERT_TRUE(Release(first).ok());
  now_ += absl::Seconds(1);
  const FencingToken second = LeaseOk("a", "render-0", "w2");
  now_ += absl::Seconds(4);
  ASSERT_TRUE(Complete(second, "w2").ok());
  const auto task = store_->GetTask("a", "render-0");
  ASSERT_EQ(task->closed.size(), 2u);
  EXPECT_EQ(task->closed[0].ready_at, start);
  EXPECT_EQ(task->closed[0].leased_at, start + absl::Seconds(3));
  EXPECT_EQ(task->closed[0].ended_at, start + absl::Seconds(5));
  EXPECT_EQ(task->closed[0].end, AttemptEnd::kReleased);
  EXPECT_EQ(task->closed[1].worker_id, "w2");
  EXPECT_EQ(task->closed[1].ready_at, start + absl::Seconds(5));
  EXPECT_EQ(task->closed[1].ended_at, start + absl::Seconds(10));
}

TEST_P(StoreContract, LeasesUnderAnEarlierEpochAreRefused) {
  JobRecord job;
  job.job_id = "a";
  job.tenant = "default";
  job.spec.engine = "hilm";
  job.epoch = 3;
  job.submitted_at = now_;
  ASSERT_TRUE(store_->CreateJob(job, {Render(0)}, "").ok());
  LeaseRequest request{
      "a", "render-0", "w1", binding_, 2, now_, now_ + absl::Seconds(30),
      "",  false};
  EXPECT_EQ(store_->Lease(request).status().code(), StatusCode::kAborted);
  request.epoch = 3;
  EXPECT_TRUE(store_->Lease(request).ok());
}

TEST_P(StoreContract, RestoredJobGoesOnWhereItWas) {
  JobRecord ended;
  ended.job_id = "a";
  ended.tenant = "default";
  ended.spec.engine = "hilm";
  ended.state = JobState::kSucceeded;
  ended.take = {std::string(64, 't'), 9};
  ended.submitted_at = now_;
  ended.ended_at = now_;
  ended.last_event_sequence = 1000;
  ASSERT_TRUE(store_->CreateJob(ended, {}, "restored").ok());
  EXPECT_EQ(store_->GetJob("a")->state, JobState::kSucceeded);
  EXPECT_EQ(store_->GetJob("a")->take, ended.take);
  const auto page = store_->ListEvents("a", 5, 10);
  ASSERT_EQ(page->events.size(), 1u);
  EXPECT_EQ(page->events[0].sequence, 1001);
  EXPECT_TRUE(page->ended);
  EXPECT_THAT(*store_->ListLoads(), IsEmpty());
  JobRecord paused = ended;
  paused.job_id = "b";
  paused.state = JobState::kRunning;
  paused.binding = binding_;
  paused.paused = true;
  paused.take = {};
  ASSERT_TRUE(store_->CreateJob(paused, {Render(0)}, "restored").ok());
  EXPECT_THAT(Ready(), IsEmpty());
  ASSERT_TRUE(Change("b", false).ok());
  EXPECT_THAT(Ready(), ElementsAre("b/render-0"));
}

TEST_P(StoreContract, ClearForgetsJobsAndStampsButKeepsWorkers) {
  WorkerRecord worker;
  worker.worker_id = "w1";
  worker.offer.engines = {binding_};
  worker.last_seen = now_;
  ASSERT_TRUE(store_->PutWorker(worker).ok());
  Create("a", 2);
  LeaseOk("a", "render-0");
  ASSERT_TRUE(store_->Clear(9).ok());
  EXPECT_EQ(store_->Stamp()->epoch, 9);
  ASSERT_TRUE(store_->Clear(0).ok());
  EXPECT_EQ(store_->Stamp()->epoch, 0);
  ASSERT_TRUE(store_->PutStamp(11).ok());
  EXPECT_EQ(store_->Stamp()->epoch, 11);
  EXPECT_FALSE(*store_->HasForgotten());
  EXPECT_EQ(store_->GetJob("a").status().code(), StatusCode::kNotFound);
  EXPECT_THAT(Ready(), IsEmpty());
  EXPECT_THAT(*store_->ListDue(absl::InfiniteFuture(), 10), IsEmpty());
  ASSERT_EQ(store_->ListWorkers(now_)->size(), 1u);
  EXPECT_EQ(store_->ListWorkers(now_)->front().busy, 0);
  Create("a", 1);
  EXPECT_THAT(Ready(), ElementsAre("a/render-0"));
}

TEST_P(StoreContract, WorkersKeepTheirHealthAndAreAskedToDrain) {
  WorkerRecord worker;
  worker.worker_id = "w1";
  worker.owner = "node-1";
  worker.offer = {{binding_}, {"gpu"}, 7, {"nvenc"}};
  worker.last_seen = now_;
  ASSERT_TRUE(store_->PutWorker(worker).ok());
  const WorkerHealth health{{"a/render-0"}, 1, now_ + absl::Seconds(60)};
  ASSERT_TRUE(store_->PutWorkerHealth("w1", health).ok());
  ASSERT_TRUE(store_->PutWorkerHealth("gone", health).ok());
  ASSERT_TRUE(store_->DrainWorker("w1").ok());
  EXPECT_EQ(store_->DrainWorker("gone").code(), StatusCode::kNotFound);
  const auto seen = store_->TouchWorker("w1", now_);
  EXPECT_TRUE(seen->draining);
  EXPECT_EQ(seen->health, health);
  EXPECT_EQ(seen->owner, "node-1");
  EXPECT_EQ(seen->offer.pools, std::set<std::string>{"gpu"});
  EXPECT_EQ(seen->offer.gpu_memory_bytes, 7);
  ASSERT_TRUE(store_->PutWorker(worker).ok());
  EXPECT_FALSE(store_->TouchWorker("w1", now_)->draining);
  EXPECT_EQ(store_->TouchWorker("w1", now_)->health, health);
}

}  // namespace longtake::coordinator
