#include <string>
#include <thread>

#include "coordinator/store/redis/client.h"
#include "coordinator/store/redis/subscriber.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/redis_server.h"

namespace longtake::coordinator::redis {
namespace {

using ::testing::HasSubstr;

ClientOptions OptionsFor(const std::string& url) {
  ClientOptions options;
  options.target = *ParseRedisUrl(url);
  options.connect_timeout = absl::Seconds(1);
  options.command_timeout = absl::Seconds(1);
  options.patience = absl::Seconds(40);
  return options;
}

TEST(SentinelTest, CallsFollowTheMasterThroughAFailover) {
  RedisServer master;
  RedisServer replica(ReplicaOf(master));
  RedisSentinel sentinel(master, "lt");
  sentinel.AwaitReplica();
  // The first sentinel is not there: the next is asked.
  Client client(
      OptionsFor("redis-sentinel://127.0.0.1:1," + sentinel.address() + "/lt"));
  ASSERT_TRUE(client.Run("k", {"SET", "k", "v"}).ok());
  ASSERT_TRUE(client.Run("k", {"WAIT", "1", "10000"}).ok());
  EXPECT_EQ(client.generation(), 0);
  EXPECT_EQ(master.Cli({"GET", "k"}), "v");
  master.Kill();
  const auto answer = client.Run("k", {"GET", "k"}, true);
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(*answer->String(), "v");
  EXPECT_TRUE(client.Run("k", {"SET", "k", "w"}).ok());
  EXPECT_EQ(replica.Cli({"GET", "k"}), "w");
  EXPECT_EQ(client.generation(), 1);
}

TEST(SentinelTest, DemotedMasterIsLeftAtItsFirstReadonlyAnswer) {
  RedisServer master;
  RedisServer replica(ReplicaOf(master));
  RedisSentinel sentinel(master, "lt");
  sentinel.AwaitReplica();
  Client client(OptionsFor("redis-sentinel://" + sentinel.address() + "/lt"));
  ASSERT_TRUE(client.Run("k", {"SET", "k", "v"}).ok());
  RedisServer& cli = master;
  ASSERT_EQ(cli.Cli({"-p", std::to_string(sentinel.port()), "SENTINEL",
                     "FAILOVER", "lt"}),
            "OK");
  ASSERT_TRUE(
      Eventually([&] { return master.Cli({"ROLE"}).find("slave") == 0; },
                 std::chrono::seconds(40)));
  const auto answer = client.Run("k", {"SET", "k", "w"});
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(replica.Cli({"GET", "k"}), "w");
}

TEST(SentinelTest, UnknownMasterNameAndWrongServerHaveTheirRemedy) {
  RedisServer master;
  RedisSentinel sentinel(master, "lt");
  ClientOptions options =
      OptionsFor("redis-sentinel://" + sentinel.address() + "/other");
  options.patience = absl::Milliseconds(50);
  EXPECT_THAT(Message(Client(options).Run("k", {"GET", "k"}).status()),
              HasSubstr("watches no master \"other\"; check the name"));
  options.target =
      *ParseRedisUrl("redis-sentinel://" + master.address() + "/lt");
  EXPECT_THAT(Message(Client(options).Run("k", {"GET", "k"}).status()),
              HasSubstr("check that a sentinel listens there"));
}

}  // namespace
}  // namespace longtake::coordinator::redis
