// Farms whose state is on a master that Sentinel watches, and on a cluster.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/chaos/chaos_farm.h"

namespace longtake::chaos {
namespace {

constexpr int kSlowFrameMs = 20;

// What the master acknowledged last may be gone with it.
TEST(RedisTopologyTest, AFailoverBySentinelInMidJobIsFollowed) {
  RedisServer master;
  RedisServer replica(ReplicaOf(master));
  RedisSentinel sentinel(master, "lt");
  sentinel.AwaitReplica();
  ChaosFarm farm({.redis_url = "redis-sentinel://" + sentinel.address() + "/lt",
                  .wait_ms_per_frame = kSlowFrameMs});
  const std::string job = farm.Submit("job");
  farm.AwaitSegments(job, 2);
  farm.LoseState("fail-over to a replica", [&] {
    master.Kill();
    EXPECT_TRUE(
        Eventually([&] { return replica.Cli({"ROLE"}).starts_with("master"); },
                   std::chrono::seconds(40)))
        << "the sentinel made no new master";
  });
  const JobView done = farm.Await(job);
  EXPECT_EQ(done.state, JobState::kSucceeded) << done.error;
  farm.ExpectCleanAudit();
}

TEST(RedisTopologyTest, AClusterKeepsTheStateOfAFarm) {
  RedisCluster cluster;
  ChaosFarm farm(
      {.redis_url = cluster.url(), .wait_ms_per_frame = kSlowFrameMs});
  const std::string job = farm.Submit("job");
  farm.AwaitSegments(job, 2);
  farm.KillCoordinator(0);
  const JobView done = farm.Await(job);
  EXPECT_EQ(done.state, JobState::kSucceeded) << done.error;
  farm.StartCoordinator(0);
  farm.ExpectCleanAudit();
  int holding = 0;
  for (RedisServer* node : cluster.nodes()) {
    holding += node->Cli({"DBSIZE"}) != "0";
  }
  EXPECT_GE(holding, 2) << "the state is on one node alone";
}

}  // namespace
}  // namespace longtake::chaos
