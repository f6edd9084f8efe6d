// Workers that die, hang and leave in the middle of their work.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <thread>

#include "tests/chaos/chaos_farm.h"

namespace longtake::chaos {
namespace {

// A segment takes 300 ms: long enough to be caught in.
constexpr int kSlowFrameMs = 20;

TEST(WorkerFaultsTest, AWorkerKilledMidSegmentLosesNothing) {
  ChaosFarm farm({.wait_ms_per_frame = kSlowFrameMs});
  const std::string job = farm.Submit("job");
  const std::string task = farm.SuspendMidSegment(job, 1);
  farm.KillWorker(1);
  const JobView done = farm.Await(job);
  ASSERT_EQ(done.state, JobState::kSucceeded) << done.error;
  for (const TaskView& view : farm.Tasks(job)) {
    if (view.task_id == task) {
      EXPECT_GE(view.attempt, 2) << "nobody took " << task << " over";
    }
  }
  farm.ExpectCleanAudit();
}

TEST(WorkerFaultsTest, AWorkerSuspendedBeyondItsLeaseIsRefused) {
  ChaosFarm farm({.lease_seconds = 1, .wait_ms_per_frame = kSlowFrameMs});
  const std::string job = farm.Submit("job");
  const std::string task = farm.SuspendMidSegment(job, 0);
  ASSERT_TRUE(farm.AwaitLog("lease expired"));
  farm.ResumeWorker(0);
  const JobView done = farm.Await(job);
  ASSERT_EQ(done.state, JobState::kSucceeded) << done.error;
  for (const TaskView& view : farm.Tasks(job)) {
    if (view.task_id == task) {
      EXPECT_GE(view.attempt, 2) << "nobody took " << task << " over";
    }
  }
  // It is back: it learns that its attempt is over.
  const std::string worker = ChaosFarm::WorkerId(0);
  EXPECT_TRUE(Eventually([&] {
    return farm.CountLog("task dropped", worker) +
               farm.CountLog("report refused", worker) >
           0;
  })) << worker
      << " was neither stopped nor refused";
  farm.ExpectCleanAudit();
}

TEST(WorkerFaultsTest, EveryWorkerKilledAndStartedAgainInTurn) {
  ChaosFarm farm({.lease_seconds = 1, .wait_ms_per_frame = kSlowFrameMs});
  const std::string first = farm.Submit("first");
  const std::string second = farm.Submit("second", [] {
    SmallJob job = kChaosJob;
    job.seed = 11;
    // There is work left for the last worker too.
    job.audio_samples *= 3;
    return job;
  }());
  for (int i = 0; i < 3; ++i) {
    farm.SuspendMidSegment(second, i);
    farm.KillWorker(i);
    farm.StartWorker(i);
  }
  EXPECT_EQ(farm.Await(first).state, JobState::kSucceeded);
  EXPECT_EQ(farm.Await(second).state, JobState::kSucceeded);
  farm.ExpectCleanAudit();
}

TEST(WorkerFaultsTest, ATerminatedWorkerGivesItsTaskBack) {
  ChaosFarm farm({.lease_seconds = 30,
                  .wait_ms_per_frame = kSlowFrameMs,
                  .worker_flags = {{2, {"--drain-seconds", "0"}}}});
  const std::string job = farm.Submit("job");
  farm.SuspendMidSegment(job, 2);
  farm.ResumeWorker(2);
  farm.DrainWorker(2);
  const JobView done = farm.Await(job, std::chrono::seconds(20));
  EXPECT_EQ(done.state, JobState::kSucceeded) << done.error;
  EXPECT_EQ(farm.CountLog("lease expired"), 0);
  farm.ExpectCleanAudit();
}

}  // namespace
}  // namespace longtake::chaos
