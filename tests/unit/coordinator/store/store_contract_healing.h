#pragma once
// Of the contract: results that are lost are made again, and long lists of
// tasks are added in parts.

#include "tests/unit/coordinator/store/store_contract_fixture.h"

namespace longtake::coordinator {

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

}  // namespace longtake::coordinator
