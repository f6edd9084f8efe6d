// Reports that come twice, late, or with tokens of the past.

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "common/rpc/convert.h"
#include "longtake/v1/worker.grpc.pb.h"
#include "tests/chaos/chaos_farm.h"
#include "tests/chaos/stored_results.h"

namespace longtake::chaos {
namespace {

using coordinator::TaskRecord;
using grpc::StatusCode;

// A worker's reports sent by the test.
class Reports {
 public:
  static constexpr int kTries = 50;
  static constexpr std::chrono::milliseconds kBetweenTries{100};

  explicit Reports(const std::string& address)
      : stub_(v1::WorkerFarm::NewStub(grpc::CreateChannel(
            address, grpc::InsecureChannelCredentials()))) {}

  StatusCode Complete(const FencingToken& token, const std::string& worker,
                      const TaskResult& result) {
    v1::CompleteTaskRequest request;
    request.set_worker_id(worker);
    *request.mutable_token() = ToProto(token);
    *request.mutable_result() = ToProto(result);
    // As a worker does: a coordinator that doesn't know its state yet says so.
    for (int tries = 0;; ++tries) {
      v1::CompleteTaskResponse response;
      grpc::ClientContext context;
      const StatusCode code =
          stub_->CompleteTask(&context, request, &response).error_code();
      if (code != StatusCode::UNAVAILABLE || tries == kTries) return code;
      std::this_thread::sleep_for(kBetweenTries);
    }
  }
  StatusCode Fail(const FencingToken& token, const std::string& worker) {
    v1::FailTaskRequest request;
    request.set_worker_id(worker);
    *request.mutable_token() = ToProto(token);
    request.mutable_error()->set_code("INTERNAL");
    v1::FailTaskResponse response;
    grpc::ClientContext context;
    return stub_->FailTask(&context, request, &response).error_code();
  }
  StatusCode Release(const FencingToken& token, const std::string& worker) {
    v1::ReleaseTaskRequest request;
    request.set_worker_id(worker);
    *request.mutable_token() = ToProto(token);
    v1::ReleaseTaskResponse response;
    grpc::ClientContext context;
    return stub_->ReleaseTask(&context, request, &response).error_code();
  }

 private:
  std::unique_ptr<v1::WorkerFarm::Stub> stub_;
};

std::vector<TaskRecord> Finished(RedisServer& redis, const std::string& job) {
  std::vector<TaskRecord> finished;
  for (const TaskRecord& task : StoredTasks(redis, job)) {
    if (task.state == TaskState::kSucceeded && !task.closed.empty()) {
      finished.push_back(task);
    }
  }
  return finished;
}

FencingToken TokenOf(const std::string& job, const TaskRecord& task) {
  return {job, task.task_id, task.closed.back().epoch,
          task.closed.back().attempt};
}

TEST(ReportFaultsTest, RepeatedReportsAreAnsweredAlikeAndCountOnce) {
  ChaosFarm farm({.wait_ms_per_frame = 20});
  const std::string job = farm.Submit("job");
  farm.AwaitSegments(job, 3);
  const auto finished = Finished(farm.redis(), job);
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
  for (const TaskRecord& task : Finished(farm.redis(), job)) {
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
  const auto finished = Finished(farm.redis(), job);
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
