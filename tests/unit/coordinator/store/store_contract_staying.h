#pragma once
// Part of store_contract.h: workers that stay with a job.

#include "tests/unit/coordinator/store/store_contract_fixture.h"

namespace longtake::coordinator {

TEST_P(StoreContract, ACompletionTakesTheFirstRenderOfTheBacklogAlong) {
  CreateNarrow("a", 4);
  const FencingToken first = LeaseOk("a", "render-0");  // queues render-1
  const auto done = CompleteAndStay(first, 1);
  ASSERT_EQ(Next(done), "render-2");
  EXPECT_EQ(done->open_tasks, 3);
  const TaskRecord& next = *done->next;
  EXPECT_EQ(next.state, TaskState::kLeased);
  EXPECT_EQ(next.attempt, 1);
  ASSERT_NE(next.spec, nullptr);
  ASSERT_EQ(next.leases.size(), 1u);
  EXPECT_EQ(next.leases[0].worker_id, "w1");
  EXPECT_EQ(next.leases[0].leased_at, now_);
  EXPECT_EQ(next.leases[0].expires, now_ + absl::Seconds(30));
  EXPECT_EQ(StateOf("a", "render-0"), TaskState::kSucceeded);
  EXPECT_EQ(StateOf("a", "render-2"), TaskState::kLeased);
  // What is queued stays where it is, and the lease is one like any other.
  EXPECT_THAT(Ready(), ElementsAre("a/render-1"));
  const FencingToken second{"a", "render-2", 1, 1};
  EXPECT_TRUE(Renew(second, 5).ok());
  EXPECT_EQ(Next(CompleteAndStay(second, 1)), "render-3");
  EXPECT_EQ(LoadOf("a").draw, (TaskCounts{0, 1, 1, 0}));
  // A repeated report is taken, and leases nothing.
  EXPECT_EQ(Next(CompleteAndStay(first, 1)), "");
  EXPECT_EQ(LoadOf("a").draw, (TaskCounts{0, 1, 1, 0}));
}

TEST_P(StoreContract, NobodyStaysBeyondTheShare) {
  CreateNarrow("a", 9);
  const FencingToken one = LeaseOk("a", "render-0", "w1");
  LeaseOk("a", "render-1", "w2");
  const FencingToken three = LeaseOk("a", "render-2", "w3");
  // Of three leases, two may go on.
  EXPECT_EQ(Next(CompleteAndStay(one, 2)), "");
  const FencingToken again = LeaseOk("a", "render-3", "w1");
  EXPECT_EQ(Next(CompleteAndStay(again, 3, 0.99)), "render-5");
  // Luck decides of a part of a lease.
  EXPECT_EQ(Next(CompleteAndStay(three, 2.5, 0.49, 1, "w3")), "render-6");
  const FencingToken last{"a", "render-6", 1, 1};
  EXPECT_EQ(Next(CompleteAndStay(last, 2.5, 0.51, 1, "w3")), "");
}

TEST_P(StoreContract, NobodyStaysWithAJobThatMayNotGoOn) {
  CreateNarrow("a", 9);
  const FencingToken one = LeaseOk("a", "render-0", "w1");
  const FencingToken two = LeaseOk("a", "render-1", "w2");
  EXPECT_EQ(Next(CompleteAndStay(one, 9, 0, /*epoch=*/-1)), "");
  ASSERT_TRUE(Change("a", true).ok());
  EXPECT_EQ(Next(CompleteAndStay(two, 9, 0, 1, "w2")), "");
}

TEST_P(StoreContract, NobodyStaysForATaskThatShouldAvoidAWorker) {
  CreateNarrow("a", 3);
  const FencingToken bad = LeaseOk("a", "render-0", "w2");
  const FencingToken good = LeaseOk("a", "render-1", "w1");
  ASSERT_TRUE(Fail(bad, false, "w2").ok());
  now_ += absl::Seconds(2);
  ASSERT_TRUE(store_->MakeReady("a", "render-0", now_).ok());
  // render-0 is the backlog's first.
  EXPECT_EQ(Next(CompleteAndStay(good, 9)), "");
}

TEST_P(StoreContract, AStaleReportTakesNothingAlong) {
  CreateNarrow("a", 4);
  FencingToken stale = LeaseOk("a", "render-0");
  stale.attempt = 7;
  EXPECT_EQ(CompleteAndStay(stale, 9).status().code(), StatusCode::kAborted);
  EXPECT_EQ(LoadOf("a").draw.leased, 1);
}

}  // namespace longtake::coordinator
