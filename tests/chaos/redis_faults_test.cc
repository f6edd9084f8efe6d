// Redis that dies, hangs, comes back empty or older.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "tests/chaos/chaos_farm.h"

namespace longtake::chaos {
namespace {

constexpr int kSlowFrameMs = 20;

SmallJob Seeded(uint64_t seed) {
  SmallJob job = kChaosJob;
  job.seed = seed;
  return job;
}

TEST(RedisFaultsTest, KilledAndRestartedWithItsLogItKeepsTheState) {
  ChaosFarm farm({.persistence = RedisPersistence::kAofAlways,
                  .wait_ms_per_frame = kSlowFrameMs});
  const std::string job = farm.Submit("job");
  const int rebuilt = farm.CountLog("state rebuilt");
  farm.AwaitSegments(job, 2);
  farm.redis().Kill();
  farm.CountFault("Redis killed");
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  farm.redis().Start();
  const JobView done = farm.Await(job);
  EXPECT_EQ(done.state, JobState::kSucceeded) << done.error;
  EXPECT_EQ(farm.CountLog("state rebuilt"), rebuilt)
      << "nothing was lost, and yet the state was rebuilt";
  farm.ExpectCleanAudit();
}

TEST(RedisFaultsTest, KilledWithoutPersistenceItsStateIsRebuilt) {
  ChaosFarm farm({.wait_ms_per_frame = kSlowFrameMs});
  const std::string job = farm.Submit("job");
  const int rebuilt = farm.CountLog("state rebuilt");
  farm.AwaitSegments(job, 2);
  farm.LoseState("Redis killed without persistence", [&] {
    farm.redis().Kill();
    farm.redis().Start();
  });
  const JobView done = farm.Await(job);
  EXPECT_EQ(done.state, JobState::kSucceeded) << done.error;
  EXPECT_GT(farm.CountLog("state rebuilt"), rebuilt);
  farm.ExpectCleanAudit();
}

TEST(RedisFaultsTest, EmptiedInMidJobItsStateIsRebuilt) {
  ChaosFarm farm({.wait_ms_per_frame = kSlowFrameMs});
  const std::string job = farm.Submit("job");
  const int rebuilt = farm.CountLog("state rebuilt");
  farm.AwaitSegments(job, 3);
  farm.LoseState("Redis emptied", [&] { farm.redis().FlushAll(); });
  const JobView done = farm.Await(job);
  EXPECT_EQ(done.state, JobState::kSucceeded) << done.error;
  EXPECT_GT(farm.CountLog("state rebuilt"), rebuilt);
  farm.ExpectCleanAudit();
}

TEST(RedisFaultsTest, RestoredFromAnOlderSnapshotItsStateIsRebuilt) {
  TempDir dir;
  ChaosFarm farm({.wait_ms_per_frame = kSlowFrameMs});
  const std::string job = farm.Submit("job");
  const int rebuilt = farm.CountLog("state rebuilt");
  farm.AwaitSegments(job, 1);
  farm.redis().SaveSnapshot(dir.Join("older.rdb"));
  farm.AwaitSegments(job, 4);
  farm.LoseState("Redis restored from an older snapshot",
                 [&] { farm.redis().RestoreSnapshot(dir.Join("older.rdb")); });
  const JobView done = farm.Await(job);
  EXPECT_EQ(done.state, JobState::kSucceeded) << done.error;
  EXPECT_GT(farm.CountLog("state rebuilt"), rebuilt);
  farm.ExpectCleanAudit();
}

TEST(RedisFaultsTest, SuspendedBeyondALeaseNothingIsLost) {
  ChaosFarm farm({.lease_seconds = 1, .wait_ms_per_frame = kSlowFrameMs});
  const std::string job = farm.Submit("job");
  farm.AwaitSegments(job, 2);
  farm.redis().Pause();
  farm.CountFault("Redis suspended");
  std::this_thread::sleep_for(std::chrono::milliseconds(2500));
  farm.redis().Continue();
  const JobView done = farm.Await(job);
  EXPECT_EQ(done.state, JobState::kSucceeded) << done.error;
  farm.ExpectCleanAudit();
}

TEST(RedisFaultsTest, AcknowledgedChangesSurviveTheLossOfRedis) {
  for (const uint64_t seed : {31, 32, 33}) UndisturbedRun(Seeded(seed));
  ChaosFarm farm({.wait_ms_per_frame = kSlowFrameMs});
  const std::string cancelled = farm.Submit("cancelled", Seeded(31));
  const std::string paused = farm.Submit("paused", Seeded(32));
  const std::string raised = farm.Submit("raised", Seeded(33));
  farm.Cancel(cancelled);
  farm.Pause(paused);
  farm.SetPriority(raised, 7);
  farm.LoseState("Redis emptied", [&] { farm.redis().FlushAll(); });
  ASSERT_EQ(farm.Await(raised).state, JobState::kSucceeded);
  EXPECT_EQ(farm.Get(raised).spec.priority, 7);
  EXPECT_EQ(farm.Get(cancelled).state, JobState::kCancelled);
  EXPECT_TRUE(farm.Get(paused).paused);
  farm.Resume(paused);
  EXPECT_EQ(farm.Await(paused).state, JobState::kSucceeded);
  farm.ExpectCleanAudit();
}

TEST(RedisFaultsTest, EmptiedWhileAllCoordinatorsAreDownItIsRebuiltAtTheStart) {
  ChaosFarm farm({.wait_ms_per_frame = kSlowFrameMs});
  const std::string job = farm.Submit("job");
  farm.AwaitSegments(job, 3);
  farm.KillCoordinator(0);
  farm.KillCoordinator(1);
  farm.LoseState("Redis emptied", [&] { farm.redis().FlushAll(); });
  farm.RestartDead();
  const JobView done = farm.Await(job);
  EXPECT_EQ(done.state, JobState::kSucceeded) << done.error;
  farm.ExpectCleanAudit();
}

}  // namespace
}  // namespace longtake::chaos
