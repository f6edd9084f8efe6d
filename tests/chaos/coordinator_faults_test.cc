// Coordinators that die and hang.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include "coordinator/store/redis/store_scripts.h"
#include "tests/chaos/chaos_farm.h"
#include "tests/chaos/redis_fault.h"

namespace longtake::chaos {
namespace {

constexpr int kSlowFrameMs = 20;

TEST(CoordinatorFaultsTest, EachCoordinatorKilledInTurn) {
  ChaosFarm farm({.wait_ms_per_frame = kSlowFrameMs});
  const std::string job = farm.Submit("job");
  farm.AwaitSegments(job, 1);
  farm.KillCoordinator(0);
  farm.AwaitSegments(job, 3);
  farm.StartCoordinator(0);
  farm.KillCoordinator(1);
  const JobView done = farm.Await(job);
  EXPECT_EQ(done.state, JobState::kSucceeded) << done.error;
  farm.StartCoordinator(1);
  farm.ExpectCleanAudit();
}

TEST(CoordinatorFaultsTest, AllCoordinatorsKilledAtOnceAndStartedAgain) {
  // A result that nobody offers again would come to light by its lease alone.
  ChaosFarm farm({.lease_seconds = 30, .wait_ms_per_frame = kSlowFrameMs});
  const std::string job = farm.Submit("job");
  std::vector<std::string> held;
  for (int i = 0; i < 3; ++i) held.push_back(farm.SuspendMidSegment(job, i));
  farm.KillCoordinator(0);
  farm.KillCoordinator(1);
  for (int i = 0; i < 3; ++i) farm.ResumeWorker(i);
  // They finish, and find nobody to tell.
  std::this_thread::sleep_for(std::chrono::seconds(1));
  farm.RestartDead();
  const JobView done = farm.Await(job, std::chrono::seconds(25));
  EXPECT_EQ(done.state, JobState::kSucceeded) << done.error;
  EXPECT_EQ(farm.CountLog("lease expired"), 0);
  for (const TaskView& task : farm.Tasks(job)) {
    if (std::find(held.begin(), held.end(), task.task_id) == held.end()) {
      continue;
    }
    EXPECT_EQ(task.attempt, 1) << task.task_id << " was done again";
  }
  farm.ExpectCleanAudit();
}

TEST(CoordinatorFaultsTest, ACoordinatorSuspendedBeyondALeaseAndResumed) {
  ChaosFarm farm({.lease_seconds = 1, .wait_ms_per_frame = kSlowFrameMs});
  const std::string job = farm.Submit("job");
  farm.AwaitSegments(job, 1);
  farm.SuspendCoordinator(0);
  std::this_thread::sleep_for(std::chrono::milliseconds(2500));
  farm.ResumeCoordinator(0);
  const JobView done = farm.Await(job);
  EXPECT_EQ(done.state, JobState::kSucceeded) << done.error;
  farm.ExpectCleanAudit();
}

// Worker 0 alone reports to coordinator 0, which hangs with a completion it has
// already decided on; when that reaches Redis, the segment is another's.
TEST(CoordinatorFaultsTest, WhatASuspendedCoordinatorDecidedIsRefusedLater) {
  RedisServer redis;
  RedisFault fault;
  TcpProxy proxy(redis.port(), fault.Taps());
  FarmOptions options{.lease_seconds = 1, .wait_ms_per_frame = kSlowFrameMs};
  options.ports = {FreePort(), FreePort()};
  for (int i = 0; i < options.workers; ++i) {
    options.worker_coordinators[i] =
        fmt::format("127.0.0.1:{}", options.ports[i == 0 ? 0 : 1]);
  }
  options.redis_urls[0] = "redis://" + proxy.address();
  ChaosFarm farm(options, &redis);
  const std::string job = farm.Submit("job");
  const std::string task = farm.SuspendMidSegment(job, 0);
  fault.Arm(RedisFault::Running(coordinator::redis::kComplete),
            FaultPlace::kHeld,
            [&farm] { farm.coordinator(0).Signal(SIGSTOP); });
  farm.ResumeWorker(0);
  EXPECT_TRUE(Eventually([&] { return fault.has_struck(); }));
  farm.CountFault("coordinator suspended in mid-commit");
  EXPECT_TRUE(Eventually([&] {
    for (const TaskView& view : farm.Tasks(job)) {
      if (view.task_id == task) return view.state == TaskState::kSucceeded;
    }
    return false;
  })) << "nobody took "
      << task << " over";
  EXPECT_EQ(farm.CountLog("stale report refused", "coordinator-0"), 0);
  fault.Disarm();
  farm.ResumeCoordinator(0);
  EXPECT_TRUE(Eventually([&] {
    return farm.CountLog("stale report refused", "coordinator-0") > 0;
  })) << "what it decided on old state was not refused";
  const JobView done = farm.Await(job);
  EXPECT_EQ(done.state, JobState::kSucceeded) << done.error;
  farm.ExpectCleanAudit();
}

}  // namespace
}  // namespace longtake::chaos
