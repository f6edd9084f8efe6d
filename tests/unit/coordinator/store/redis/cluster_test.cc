#include <set>
#include <string>
#include <vector>

#include "coordinator/store/redis/client.h"
#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/redis_server.h"
#include "tests/unit/coordinator/store/redis/test_scripts.h"

namespace longtake::coordinator::redis {
namespace {

using ::testing::HasSubstr;

class RedisClusterTest : public ::testing::Test {
 protected:
  ClientOptions Options() {
    ClientOptions options;
    options.target = *ParseRedisUrl(cluster_.url());
    options.patience = absl::Seconds(20);
    return options;
  }

  // The node that serves `slot` and another one.
  std::pair<RedisServer*, RedisServer*> OwnerAndOther(int slot) {
    RedisServer *owner = nullptr, *other = nullptr;
    for (RedisServer* node : cluster_.nodes()) {
      const std::string said =
          node->Cli({"CLUSTER", "COUNTKEYSINSLOT", std::to_string(slot)});
      const bool holds = said != "0" && !said.empty();
      (holds ? owner : other) = node;
    }
    return {owner, other};
  }

  RedisCluster cluster_;
};

std::string IdOf(RedisServer* node) { return node->Cli({"CLUSTER", "MYID"}); }

void SetSlot(RedisServer* node, int slot, const std::string& state,
             RedisServer* other) {
  EXPECT_EQ(node->Cli({"CLUSTER", "SETSLOT", std::to_string(slot), state,
                       IdOf(other)}),
            "OK");
}

TEST_F(RedisClusterTest, PipelineOfManyKeysAndScriptsReachesAllNodes) {
  Client client(Options());
  std::vector<Call> calls;
  for (int i = 0; i < 60; ++i) {
    const std::string key = fmt::format("lt:{{job{}}}:job", i);
    calls.push_back(*ScriptCall(kAppendStamped, {key}, {"x"}));
    calls.push_back({key, {"GET", key}, nullptr, true, {}});
  }
  const auto answers = client.RunAll(calls);
  for (size_t i = 0; i < answers.size(); i += 2) {
    ASSERT_TRUE(answers[i].ok()) << answers[i].status();
    ASSERT_TRUE(answers[i + 1].ok()) << answers[i + 1].status();
  }
  int total = 0;
  for (RedisServer* node : cluster_.nodes()) {
    const int keys = std::stoi(node->Cli({"DBSIZE"}));
    EXPECT_GT(keys, 0);
    total += keys;
  }
  EXPECT_EQ(total, 60);
}

TEST_F(RedisClusterTest, AKeysServerIsTheSameWhicheverNodeIsAskedFirst) {
  std::set<std::string> run_ids;
  for (int node = 0; node < 3; ++node) {
    ClientOptions options = Options();
    options.target = *ParseRedisUrl(cluster_.node(node).url());
    Client client(options);
    ASSERT_TRUE(client.Run("key", {"GET", "key"}, true).ok());
    run_ids.insert(*client.RunIdOf("key"));
  }
  EXPECT_EQ(run_ids.size(), 1u);
  EXPECT_EQ(run_ids.begin()->size(), 40u);
}

TEST_F(RedisClusterTest, MovedSlotIsFollowedAndRemembered) {
  Client client(Options());
  const std::string key = "lt:{moving}:job";
  ASSERT_TRUE(client.Run(key, {"SET", key, "v"}).ok());
  const int64_t generation = client.generation();
  const int slot = KeySlot(key);
  const auto [owner, other] = OwnerAndOther(slot);
  ASSERT_TRUE(owner != nullptr && other != nullptr);
  SetSlot(other, slot, "IMPORTING", owner);
  SetSlot(owner, slot, "MIGRATING", other);
  // Half-way: a key that has gone is answered with ASK.
  EXPECT_EQ(owner->Cli({"MIGRATE", "127.0.0.1", std::to_string(other->port()),
                        key, "0", "5000"}),
            "OK");
  const auto asked = client.Run(key, {"GET", key});
  ASSERT_TRUE(asked.ok()) << asked.status();
  EXPECT_EQ(*asked->String(), "v");
  EXPECT_EQ(client.generation(), generation);
  SetSlot(other, slot, "NODE", other);
  SetSlot(owner, slot, "NODE", other);
  const auto moved = client.Run(key, {"GET", key});
  ASSERT_TRUE(moved.ok()) << moved.status();
  EXPECT_EQ(*moved->String(), "v");
  EXPECT_GT(client.generation(), generation);
  // It is remembered: the old owner may be gone now.
  const auto redirections = [&] {
    return owner->Cli({"INFO", "errorstats"}).find("MOVED:count=1") !=
           std::string::npos;
  };
  EXPECT_TRUE(redirections());
  ASSERT_TRUE(client.Run(key, {"GET", key}).ok());
  EXPECT_TRUE(redirections());
}

TEST_F(RedisClusterTest, DeadNodeFailsItsOwnKeysOnlyAndServesAfterItsReturn) {
  ClientOptions options = Options();
  options.patience = absl::Milliseconds(200);
  Client client(options);
  std::set<std::string> keys;
  for (int i = 0; i < 30; ++i) keys.insert(fmt::format("{{k{}}}", i));
  for (const auto& key : keys) {
    ASSERT_TRUE(client.Run(key, {"SET", key, "v"}, true).ok());
  }
  cluster_.node(0).Kill();
  std::vector<Call> calls;
  for (const auto& key : keys) {
    calls.push_back({key, {"GET", key}, nullptr, true, {}});
  }
  int ok = 0;
  for (const auto& answer : client.RunAll(calls)) {
    if (answer.ok()) {
      ++ok;
    } else {
      EXPECT_EQ(answer.status().code(), StatusCode::kUnavailable);
    }
  }
  EXPECT_GT(ok, 0);
  EXPECT_LT(ok, 30);
  const int64_t generation = client.generation();
  cluster_.node(0).Start();
  EXPECT_TRUE(Eventually([&] {
    for (const auto& key : keys) {
      if (!client.Run(key, {"SET", key, "w"}, true).ok()) return false;
    }
    return true;
  }));
  EXPECT_GT(client.generation(), generation);
}

TEST(NoClusterTest, SeveralAddressesOfSingleServersAreRefused) {
  RedisServer a, b;
  ClientOptions options;
  options.target = *ParseRedisUrl("redis://" + a.address() + "," + b.address());
  options.patience = absl::Milliseconds(50);
  EXPECT_THAT(Message(Client(options).Run("k", {"GET", "k"}).status()),
              HasSubstr("but no cluster; name one server"));
}

}  // namespace
}  // namespace longtake::coordinator::redis
