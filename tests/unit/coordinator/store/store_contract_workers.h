#pragma once
// Workers, what each is given beside the others, and states that are rebuilt.

#include "tests/unit/coordinator/store/store_contract_fixture.h"

namespace longtake::coordinator {

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
  paused.spec.in_order = true;
  paused.take = {};
  ASSERT_TRUE(store_->CreateJob(paused, {Render(0)}, "restored").ok());
  EXPECT_TRUE(LoadOf("b").in_order);
  EXPECT_THAT(Ready(), IsEmpty());
  ASSERT_TRUE(Change("b", false).ok());
  EXPECT_THAT(Ready(), ElementsAre("b/render-0"));
}

TEST_P(StoreContract, RestoredEndKeepsItsFiguresUntilItIsRetried) {
  JobRecord ended;
  ended.job_id = "a";
  ended.tenant = "default";
  ended.spec.engine = "hilm";
  ended.state = JobState::kFailed;
  ended.submitted_at = now_;
  ended.ended_at = now_;
  ended.progress = {900, 500, 9, 5, 4, ""};
  ASSERT_TRUE(store_->CreateJob(ended, {}, "restored").ok());
  JobProgress shown = store_->GetJob("a")->progress;
  shown.stage = "";
  EXPECT_EQ(shown, ended.progress);
  RetryRequest retry;
  retry.job_id = "a";
  retry.now = now_;
  ASSERT_TRUE(store_->RetryJob(retry).ok());
  shown = store_->GetJob("a")->progress;
  shown.stage = "";
  EXPECT_EQ(shown, JobProgress());
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
