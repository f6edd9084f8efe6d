// Clocks that jump, and workers of another version.

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <thread>

#include "longtake/v1/worker.grpc.pb.h"
#include "tests/chaos/chaos_farm.h"
#include "tests/chaos/fault_file.h"

namespace longtake::chaos {
namespace {

constexpr int kSlowFrameMs = 20;

class ClockJumpTest : public testing::TestWithParam<int> {};

// All processes but Redis, whose time the leases live by.
TEST_P(ClockJumpTest, NoLeaseRunsOutAndNothingWaits) {
  FaultFile faults;
  ChaosFarm farm({.lease_seconds = 5,
                  .wait_ms_per_frame = kSlowFrameMs,
                  .prefix = faults.Prefix()});
  const std::string job = farm.Submit("job");
  farm.AwaitSegments(job, 2);
  faults.ShiftClock(absl::Hours(GetParam()));
  farm.CountFault("clock jumped");
  const JobView done = farm.Await(job, std::chrono::seconds(40));
  EXPECT_EQ(done.state, JobState::kSucceeded) << done.error;
  EXPECT_EQ(farm.CountLog("lease expired"), 0);
  // And back, with a job that begins and ends under both clocks.
  SmallJob later = kChaosJob;
  later.seed = 41;
  const std::string second = farm.Submit("second", later);
  farm.AwaitSegments(second, 1);
  faults.ShiftClock(absl::ZeroDuration());
  farm.CountFault("clock jumped");
  EXPECT_EQ(farm.Await(second, std::chrono::seconds(40)).state,
            JobState::kSucceeded);
  EXPECT_EQ(farm.CountLog("lease expired"), 0);
  farm.ExpectCleanAudit();
}

INSTANTIATE_TEST_SUITE_P(AnHour, ClockJumpTest, testing::Values(1, -1),
                         [](const auto& tested) {
                           return tested.param > 0 ? "Forward" : "Back";
                         });

// A lost worker is still missed, whatever the wall clocks say.
TEST(ClockTest, ALeaseRunsOutUnderAClockThatWasSetBack) {
  FaultFile faults;
  ChaosFarm farm({.lease_seconds = 1,
                  .wait_ms_per_frame = kSlowFrameMs,
                  .prefix = faults.Prefix()});
  const std::string job = farm.Submit("job");
  farm.SuspendMidSegment(job, 0);
  farm.KillWorker(0);
  faults.ShiftClock(-absl::Hours(1));
  farm.CountFault("clock jumped");
  const JobView done = farm.Await(job, std::chrono::seconds(30));
  EXPECT_EQ(done.state, JobState::kSucceeded) << done.error;
  EXPECT_GE(farm.CountLog("lease expired"), 1);
  farm.ExpectCleanAudit();
}

TEST(VersionTest, AJobStaysWithOneNumericsClass) {
  FarmOptions options{.workers = 4, .wait_ms_per_frame = kSlowFrameMs};
  for (int i : {2, 3}) {
    options.worker_flags[i] = {"--numerics-class", "synthetic-other"};
  }
  ChaosFarm farm(options);
  farm.CountFault("worker of another numerics class", 2);
  const std::string job = farm.Submit("job");
  // Bytes are compared with those of the usual class only if it got the job.
  const JobView done = farm.Await(job);
  ASSERT_EQ(done.state, JobState::kSucceeded) << done.error;
  bool usual = false, other = false;
  for (const TaskView& task : farm.Tasks(job)) {
    (task.worker_id < ChaosFarm::WorkerId(2) ? usual : other) = true;
  }
  EXPECT_NE(usual, other) << "two numerics classes worked on one job";
  farm.ExpectCleanAudit();
}

TEST(VersionTest, AJobWhoseBuildIsGoneWaitsForItAndSaysSo) {
  ChaosFarm farm(
      {.workers = 1, .lease_seconds = 1, .wait_ms_per_frame = kSlowFrameMs});
  const std::string job = farm.Submit("job");
  farm.SuspendMidSegment(job, 0);
  farm.KillWorker(0);
  farm.SetWorkerFlags(0, {"--engine-version", "2"});
  farm.StartWorker(0);
  farm.CountFault("worker of another version");
  ASSERT_TRUE(farm.AwaitLog("lease expired"));
  std::string waiting;
  EXPECT_TRUE(Eventually([&] {
    waiting = farm.Get(job).waiting_for;
    return waiting.starts_with(
               "a worker with engine synthetic 1, numerics class ") &&
           waiting.ends_with(": 1 connected, none fits");
  })) << "it waits for: "
      << waiting;
  // It is not finished by a build whose bytes may differ.
  std::this_thread::sleep_for(std::chrono::seconds(1));
  EXPECT_FALSE(HasEnded(farm.Get(job).state));
  farm.KillWorker(0);
  farm.SetWorkerFlags(0, {});
  farm.StartWorker(0);
  const JobView done = farm.Await(job);
  EXPECT_EQ(done.state, JobState::kSucceeded) << done.error;
  farm.ExpectCleanAudit();
}

TEST(VersionTest, AWorkerOfAnotherProtocolIsRefusedWithTheRemedy) {
  ChaosFarm farm({.coordinators = 1, .workers = 1});
  auto stub = v1::WorkerFarm::NewStub(grpc::CreateChannel(
      farm.CoordinatorAddress(0), grpc::InsecureChannelCredentials()));
  for (const int protocol : {0, 99}) {
    v1::RegisterWorkerRequest request;
    request.set_worker_id("from-another-time");
    request.set_protocol_version(protocol);
    request.set_slots(1);
    v1::RegisterWorkerResponse response;
    grpc::ClientContext context;
    const grpc::Status status =
        stub->RegisterWorker(&context, request, &response);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
    EXPECT_THAT(status.error_message(), testing::HasSubstr("upgrade"));
    farm.CountFault("worker of another protocol");
  }
  const std::string job = farm.Submit("job");
  EXPECT_EQ(farm.Await(job).state, JobState::kSucceeded);
  farm.ExpectCleanAudit();
}

}  // namespace
}  // namespace longtake::chaos
