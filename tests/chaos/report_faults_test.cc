// Reports that come twice, late, or with tokens of the past.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/chaos/chaos_farm.h"
#include "tests/chaos/reports.h"

namespace longtake::chaos {
namespace {

using coordinator::TaskRecord;
using grpc::StatusCode;

TEST(ReportFaultsTest, RepeatedReportsAreAnsweredAlikeAndCountOnce) {
  ChaosFarm farm({.wait_ms_per_frame = 20});
  const std::string job = farm.Submit("job");
  farm.AwaitSegments(job, 3);
  const auto finished = FinishedTasks(farm.redis(), job);
  ASSERT_FALSE(finished.empty());
  for (int i = 0; i < 2; ++i) {
    Reports reports(farm.CoordinatorAddress(i));
    for (const TaskRecord& task : finished) {
      EXPECT_EQ(
          reports.Complete(TokenOf(job, task), task.worker_id, *task.result),
          StatusCode::OK)
          << task.task_id;
      farm.CountFault("report repeated");
    }
  }
  EXPECT_EQ(farm.Await(job).state, JobState::kSucceeded);
  farm.ExpectCleanAudit();
}

TEST(ReportFaultsTest, ReportsWithTokensOfThePastAreRefused) {
  ChaosFarm farm({.wait_ms_per_frame = 20});
  const std::string job = farm.Submit("job");
  farm.AwaitSegments(job, 3);
  Reports reports(farm.CoordinatorAddress(0));
  for (const TaskRecord& task : FinishedTasks(farm.redis(), job)) {
    const FencingToken token = TokenOf(job, task);
    FencingToken earlier_attempt = token, earlier_epoch = token;
    --earlier_attempt.attempt;
    --earlier_epoch.epoch;
    EXPECT_EQ(reports.Complete(earlier_epoch, task.worker_id, *task.result),
              StatusCode::ABORTED);
    EXPECT_EQ(reports.Fail(earlier_epoch, task.worker_id), StatusCode::ABORTED);
    // Another end of the attempt than the one it had, and another's attempt.
    EXPECT_EQ(reports.Fail(token, task.worker_id), StatusCode::ABORTED);
    EXPECT_EQ(reports.Release(token, task.worker_id), StatusCode::ABORTED);
    EXPECT_EQ(reports.Complete(token, "somebody-else", *task.result),
              StatusCode::ABORTED);
    farm.CountFault("stale report", 5);
  }
  EXPECT_EQ(farm.Await(job).state, JobState::kSucceeded);
  EXPECT_GE(farm.CountLog("stale report refused"), 5);
  farm.ExpectCleanAudit();
}

TEST(ReportFaultsTest, ReportsDelayedOverALossOfRedisAreRefused) {
  ChaosFarm farm({.wait_ms_per_frame = 20});
  const std::string job = farm.Submit("job");
  farm.AwaitSegments(job, 3);
  const auto finished = FinishedTasks(farm.redis(), job);
  const int rebuilt = farm.CountLog("state rebuilt");
  farm.LoseState("Redis emptied", [&] { farm.redis().FlushAll(); });
  ASSERT_TRUE(farm.AwaitLog("state rebuilt", rebuilt + 1));
  Reports reports(farm.CoordinatorAddress(1));
  for (const TaskRecord& task : finished) {
    EXPECT_EQ(
        reports.Complete(TokenOf(job, task), task.worker_id, *task.result),
        StatusCode::ABORTED)
        << task.task_id;
    farm.CountFault("report delayed over a loss");
  }
  EXPECT_EQ(farm.Await(job).state, JobState::kSucceeded);
  farm.ExpectCleanAudit();
}

}  // namespace
}  // namespace longtake::chaos
