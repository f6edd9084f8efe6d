#pragma once
// Jobs and their tasks: created, leased, reported, changed, ended, retried.

#include "tests/unit/coordinator/store/store_contract_fixture.h"

namespace longtake::coordinator {

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

}  // namespace longtake::coordinator
