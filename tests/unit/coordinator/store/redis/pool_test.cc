#include "coordinator/store/redis/pool.h"

#include <atomic>
#include <chrono>
#include <optional>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/redis_server.h"

namespace longtake::coordinator::redis {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;
using ::testing::HasSubstr;

constexpr absl::Duration kTimeout = absl::Seconds(10);

std::unique_ptr<Connector> ConnectorTo(const RedisServer& server) {
  return std::make_unique<Connector>(*ParseRedisUrl(server.url()), kTimeout);
}

steady_clock::time_point In(milliseconds time) {
  return steady_clock::now() + time;
}

TEST(PoolTest, ConnectionsAreReusedAndBounded) {
  RedisServer server;
  PoolOptions options;
  options.max_connections = 2;
  Pool pool(ConnectorTo(server), options);
  {
    auto a = pool.Borrow(In(seconds(10)));
    auto b = pool.Borrow(In(seconds(10)));
    ASSERT_TRUE(a.ok() && b.ok());
    const Status full = pool.Borrow(In(milliseconds(20))).status();
    EXPECT_EQ(full.code(), StatusCode::kUnavailable);
    EXPECT_THAT(Message(full), HasSubstr("all 2 connections stayed in use"));
  }
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(pool.Borrow(In(seconds(10))).ok());
  EXPECT_THAT(server.Cli({"INFO", "clients"}),
              HasSubstr("connected_clients:3"));  // redis-cli is one
}

TEST(PoolTest, WaitingBorrowerGetsTheConnectionThatComesBack) {
  RedisServer server;
  PoolOptions options;
  options.max_connections = 1;
  Pool pool(ConnectorTo(server), options);
  auto first = std::make_optional(*pool.Borrow(In(seconds(10))));
  Status waited = Unavailable("not run");
  std::jthread waiter([&] { waited = pool.Borrow(In(seconds(30))).status(); });
  first.reset();
  waiter.join();
  EXPECT_TRUE(waited.ok()) << waited;
}

TEST(PoolTest, RestartIsNoticedByAnotherRunIdAndDropsOldConnections) {
  RedisServer server;
  Pool pool(ConnectorTo(server), {});
  EXPECT_EQ(pool.generation(), 0);
  {
    auto a = pool.Borrow(In(seconds(10)));
    auto b = pool.Borrow(In(seconds(10)));
    ASSERT_TRUE(a.ok() && b.ok());
  }
  EXPECT_EQ(pool.generation(), 0);
  const std::string before = pool.run_id();
  EXPECT_EQ(before.size(), 40u);
  server.Kill();
  server.Start();
  auto c = pool.Borrow(In(seconds(10)));
  ASSERT_TRUE(c.ok()) << c.status();
  EXPECT_TRUE((*c)->Command({"PING"}, kTimeout).ok());
  EXPECT_EQ(pool.generation(), 1);
  EXPECT_NE(pool.run_id(), before);
}

TEST(PoolTest, LostServerIsTriedWithBackoffNotByEveryBorrower) {
  std::optional<RedisServer> server(std::in_place);
  auto connector = ConnectorTo(*server);
  server->Kill();
  PoolOptions options;
  options.backoff = {absl::Milliseconds(200), absl::Seconds(60)};
  Pool pool(std::move(connector), options);
  ASSERT_FALSE(pool.Borrow(In(seconds(10))).ok());
  // Within the backoff: the known failure at once, no new attempt.
  const auto start = steady_clock::now();
  const Status known = pool.Borrow(In(milliseconds(1))).status();
  EXPECT_THAT(Message(known), HasSubstr("Connection refused"));
  EXPECT_LT(steady_clock::now() - start, milliseconds(100));
  // A patient borrower waits for it, and then finds the server back.
  server->Start();
  const auto begin = steady_clock::now();
  EXPECT_TRUE(pool.Borrow(In(seconds(30))).ok());
  EXPECT_LT(steady_clock::now() - begin, seconds(10));
}

TEST(PoolTest, ManyThreadsShareAFewConnectionsThroughARestart) {
  RedisServer server;
  PoolOptions options;
  options.max_connections = 3;
  Pool pool(ConnectorTo(server), options);
  std::atomic<int> served = 0;
  std::atomic<bool> end = false;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 12; ++i) {
      threads.emplace_back([&] {
        while (!end) {
          auto c = pool.Borrow(In(seconds(5)));
          if (c.ok() && (*c)->Command({"PING"}, kTimeout).ok()) ++served;
        }
      });
    }
    EXPECT_TRUE(Eventually([&] { return served > 100; }));
    server.Kill();
    server.Start();
    const int before = served;
    EXPECT_TRUE(Eventually([&] { return served > before + 100; }));
    end = true;
  }
  EXPECT_EQ(pool.generation(), 1);
}

}  // namespace
}  // namespace longtake::coordinator::redis
