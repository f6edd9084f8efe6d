#include "coordinator/store/redis/connection.h"

#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "coordinator/store/redis/connector.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/redis_server.h"

namespace longtake::coordinator::redis {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

constexpr absl::Duration kTimeout = absl::Seconds(10);

std::unique_ptr<Connection> Open(const RedisServer& server) {
  auto connection = Connection::Open({"127.0.0.1", server.port()}, kTimeout);
  EXPECT_TRUE(connection.ok()) << connection.status();
  EXPECT_TRUE((*connection)->Greet("", "", 0, kTimeout).ok());
  return *std::move(connection);
}

TEST(ConnectionTest, EveryTypeOfReplyArrivesAndAccessorsAreStrict) {
  RedisServer server;
  auto c = Open(server);
  EXPECT_EQ(*c->Command({"SET", "k", "12"}, kTimeout)->String(), "OK");
  EXPECT_EQ(*c->Command({"GET", "k"}, kTimeout)->Integer(), 12);
  EXPECT_EQ(*c->Command({"INCR", "k"}, kTimeout)->Integer(), 13);
  const Reply none = *c->Command({"GET", "none"}, kTimeout);
  EXPECT_TRUE(none.is_nil());
  EXPECT_EQ(*none.StringOrNil(), std::nullopt);
  EXPECT_EQ(none.String().status().code(), StatusCode::kInternal);
  ASSERT_TRUE(c->Command({"RPUSH", "l", "a", "b"}, kTimeout).ok());
  const Reply list = *c->Command({"LRANGE", "l", "0", "-1"}, kTimeout);
  EXPECT_THAT(*list.Strings(), ElementsAre("a", "b"));
  EXPECT_EQ(list.Integer().status().code(), StatusCode::kInternal);
  EXPECT_FALSE(list.Array()->front().Integer().ok());  // "a" is no number
  const Reply error = *c->Command({"INCR", "l"}, kTimeout);
  EXPECT_EQ(error.ErrorCode(), "WRONGTYPE");
  EXPECT_EQ(error.Integer().status(), error.ToStatus());
  EXPECT_TRUE(c->open());
}

TEST(ConnectionTest, ArgumentsAndRepliesHoldAnyBytes) {
  RedisServer server;
  auto c = Open(server);
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes.push_back(static_cast<char>(i));
  bytes += "\r\n$3\r\n";
  ASSERT_TRUE(c->Command({"SET", bytes, bytes + bytes}, kTimeout).ok());
  EXPECT_EQ(*c->Command({"GET", bytes}, kTimeout)->String(), bytes + bytes);
  ASSERT_TRUE(c->Command({"SET", "empty", ""}, kTimeout).ok());
  EXPECT_EQ(*c->Command({"GET", "empty"}, kTimeout)->String(), "");
}

TEST(ConnectionTest, PipelineLargerThanAllBuffersKeepsOrder) {
  RedisServer server;
  auto c = Open(server);
  const std::string big(1 << 20, 'x');
  std::vector<Args> commands;
  for (int i = 0; i < 64; ++i)
    commands.push_back({"ECHO", big + char('0' + i)});
  std::vector<Reply> replies;
  ASSERT_TRUE(c->Pipeline(commands, kTimeout, &replies).ok());
  ASSERT_THAT(replies, SizeIs(64));
  for (int i = 0; i < 64; ++i) {
    EXPECT_EQ(replies[i].String()->back(), char('0' + i));
  }
}

TEST(ConnectionTest, StoppedServerRunsIntoTheTimeoutAndClosesTheConnection) {
  RedisServer server;
  auto c = Open(server);
  server.Pause();
  const absl::Time start = absl::Now();
  const Status status = c->Command({"PING"}, absl::Milliseconds(100)).status();
  EXPECT_LT(absl::Now() - start, absl::Seconds(5));
  EXPECT_EQ(status.code(), StatusCode::kUnavailable);
  EXPECT_THAT(Message(status), HasSubstr(server.address()));
  EXPECT_THAT(Message(status), HasSubstr("no answer within 100ms"));
  EXPECT_FALSE(c->open());
  server.Continue();
}

TEST(ConnectionTest, KilledServerIsNoticedByUseAndByIdleCheckWithoutSignal) {
  RedisServer server;
  auto used = Open(server), idle = Open(server);
  EXPECT_TRUE(idle->Quiet());
  server.Kill();
  EXPECT_TRUE(Eventually([&] { return !idle->Quiet(); }));
  EXPECT_EQ(used->Command({"PING"}, kTimeout).status().code(),
            StatusCode::kUnavailable);
  EXPECT_EQ(used->Command({"PING"}, kTimeout).status().code(),
            StatusCode::kUnavailable);
  const Status again =
      Connection::Open({"127.0.0.1", server.port()}, kTimeout).status();
  EXPECT_THAT(Message(again), HasSubstr("Connection refused"));
  EXPECT_THAT(Message(again), HasSubstr("check that redis-server runs"));
}

TEST(ConnectionTest, LoginIsDoneAndItsPasswordIsInNoMessage) {
  RedisServerOptions options;
  options.password = "hidden-1";
  options.extra_args = {"--requirepass", "hidden-1", "--user", "ann",  "on",
                        ">hidden-2",     "~*",       "&*",     "+@all"};
  RedisServer server(options);
  const Endpoint endpoint{"127.0.0.1", server.port()};
  const auto connect = [&](const std::string& login) {
    return Connector(*ParseRedisUrl("redis://" + login + endpoint.ToString()),
                     kTimeout)
        .Connect();
  };
  EXPECT_TRUE(connect(":hidden-1@").ok());
  EXPECT_TRUE(connect("ann:hidden-2@").ok());
  for (const char* login : {"", ":hidden-3@", "ann:hidden-1@", "bob:hidden@"}) {
    const Status status = connect(login).status();
    EXPECT_EQ(status.code(), StatusCode::kUnavailable);
    EXPECT_THAT(Message(status), HasSubstr("Redis URL")) << status;
    EXPECT_THAT(Message(status), Not(HasSubstr("hidden"))) << status;
  }
  RedisServer open;
  const Status status =
      Connector(*ParseRedisUrl("redis://ann:hidden-4@" + open.address()),
                kTimeout)
          .Connect()
          .status();
  EXPECT_THAT(Message(status), Not(HasSubstr("hidden"))) << status;
}

TEST(ConnectionTest, DatabaseIsSelected) {
  RedisServer server;
  const auto connect = [&](const std::string& database) {
    return Connector(*ParseRedisUrl(server.url() + database), kTimeout)
        .Connect();
  };
  auto third = connect("/3");
  ASSERT_TRUE(third.ok()) << third.status();
  ASSERT_TRUE((*third)->Command({"SET", "k", "v"}, kTimeout).ok());
  EXPECT_EQ(server.Cli({"-n", "3", "GET", "k"}), "v");
  EXPECT_EQ(connect("/99").status().code(), StatusCode::kUnavailable);
}

TEST(ConnectionTest, ReplicaIsRefusedWithTheRemedy) {
  RedisServer master;
  RedisServerOptions options;
  options.extra_args = {"--replicaof", "127.0.0.1",
                        std::to_string(master.port())};
  RedisServer replica(options);
  ASSERT_TRUE(Eventually([&] {
    return replica.Cli({"INFO", "replication"}).find("master_link_status:up") !=
           std::string::npos;
  }));
  const Status status =
      Connector(*ParseRedisUrl(replica.url()), kTimeout).Connect().status();
  EXPECT_EQ(status.code(), StatusCode::kUnavailable);
  EXPECT_THAT(Message(status), HasSubstr("replica; name its master"));
}

}  // namespace
}  // namespace longtake::coordinator::redis
