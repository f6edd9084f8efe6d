#include "coordinator/store/redis/client.h"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/redis_server.h"
#include "tests/unit/coordinator/store/redis/test_scripts.h"

namespace longtake::coordinator::redis {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

ClientOptions OptionsFor(const std::string& url) {
  ClientOptions options;
  options.target = *ParseRedisUrl(url);
  options.patience = absl::Seconds(20);
  return options;
}

TEST(RedisClientTest, CommandsAndErrorsArriveAsValuesAndStatuses) {
  RedisServer server;
  Client client(OptionsFor(server.url()));
  EXPECT_EQ(*client.Run("k", {"SET", "k", "v"})->String(), "OK");
  EXPECT_EQ(*client.Run("k", {"GET", "k"})->String(), "v");
  const Status wrong = client.Run("k", {"LPUSH", "k", "v"}).status();
  EXPECT_EQ(wrong.code(), StatusCode::kInternal);
  EXPECT_THAT(Message(wrong), StartsWith("redis " + server.address()));
  ASSERT_TRUE(
      client.Run("s", {"XGROUP", "CREATE", "s", "g", "0", "MKSTREAM"}).ok());
  EXPECT_EQ(
      client.Run("s", {"XGROUP", "CREATE", "s", "g", "0"}).status().code(),
      StatusCode::kAlreadyExists);
  EXPECT_EQ(client.Run("s", {"XACK", "none", "g", "0-1"})->Integer().value(),
            0);
  EXPECT_EQ(
      client.Run("s", {"XREADGROUP", "GROUP", "h", "c", "STREAMS", "s", ">"})
          .status()
          .code(),
      StatusCode::kNotFound);
  EXPECT_EQ(client.RunIdOf("key")->size(), 40u);
}

TEST(RedisClientTest, PipelineAnswersEachCallWhileOthersFail) {
  RedisServer server;
  Client client(OptionsFor(server.url()));
  const auto answers =
      client.RunAll({{"a", {"SET", "a", "1"}, nullptr, false, {}},
                     {"a", {"LPUSH", "a", "1"}, nullptr, false, {}},
                     {"a", {"INCR", "a"}, nullptr, false, {}}});
  EXPECT_TRUE(answers[0].ok());
  EXPECT_FALSE(answers[1].ok());
  EXPECT_EQ(*answers[2]->Integer(), 2);
  EXPECT_TRUE(client.RunAll({}).empty());
}

TEST(RedisClientTest, FullMemoryIsResourceExhausted) {
  RedisServerOptions options;
  options.extra_args = {"--maxmemory", "1"};
  RedisServer server(options);
  Client client(OptionsFor(server.url()));
  const Status status = client.Run("k", {"SET", "k", "v"}).status();
  EXPECT_EQ(status.code(), StatusCode::kResourceExhausted);
  EXPECT_THAT(Message(status), HasSubstr("maxmemory"));
}

TEST(RedisClientTest, ScriptsRunByDigestAndComeBackAfterAFlush) {
  RedisServer server;
  Client client(OptionsFor(server.url()));
  for (int i = 1; i <= 2; ++i) {
    const auto reply = client.RunScript(kAppendStamped, {"k"}, {"x"});
    ASSERT_TRUE(reply.ok()) << reply.status();
    const auto parts = *reply->Array();
    EXPECT_EQ(*parts[0].Integer(), i);
    EXPECT_GT(*parts[1].Integer(), 1'600'000'000'000'000);
  }
  server.Cli({"SCRIPT", "FLUSH"});
  const Call append = *ScriptCall(kAppendStamped, {"k"}, {"x"});
  const Call echo = *ScriptCall(kEchoAll, {"k"}, {"a;b", "[c]", "\"d\""});
  const auto answers = client.RunAll({append, echo, append});
  ASSERT_TRUE(answers[0].ok()) << answers[0].status();
  EXPECT_EQ(*answers[0]->Array()->front().Integer(), 3);
  EXPECT_THAT(*answers[1]->Strings(), ElementsAre("k", "a;b", "[c]", "\"d\""));
  EXPECT_EQ(*answers[2]->Array()->front().Integer(), 4);
  // From now on the digest is enough.
  const auto said =
      server.Cli({"SCRIPT", "EXISTS", std::string(kAppendStamped.sha1)});
  EXPECT_THAT(said, HasSubstr("1"));
}

TEST(RedisClientTest, ScriptOverTwoSlotsIsRefusedWithoutACluster) {
  EXPECT_TRUE(ScriptCall(kEchoAll, {"lt:{j}:job", "lt:{j}:tasks"}, {}).ok());
  const Status status =
      ScriptCall(kEchoAll, {"lt:{j}:job", "lt:x"}, {}).status();
  EXPECT_EQ(status.code(), StatusCode::kInternal);
  EXPECT_THAT(Message(status), HasSubstr("two slots"));
}

TEST(RedisClientTest, CallsWaitThroughARestartThatTheGenerationShows) {
  RedisServerOptions options;
  options.persistence = RedisPersistence::kAofAlways;
  RedisServer server(options);
  Client client(OptionsFor(server.url()));
  ASSERT_TRUE(client.Run("k", {"SET", "k", "v"}).ok());
  EXPECT_EQ(client.generation(), 0);
  server.Kill();
  StatusOr<Reply> answer = Unavailable("not run");
  std::jthread waiter([&] { answer = client.Run("k", {"GET", "k"}); });
  server.Start();
  waiter.join();
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(*answer->String(), "v");
  EXPECT_EQ(client.generation(), 1);
}

TEST(RedisClientTest, UnansweredCallIsRepeatedOnlyIfRepeatable) {
  RedisServer server;
  ClientOptions options = OptionsFor(server.url());
  options.command_timeout = absl::Milliseconds(300);
  std::atomic<int> unanswered = 0;
  options.observer = [&](std::string_view, absl::Duration, bool ok) {
    if (!ok) ++unanswered;
  };
  Client client(options);
  ASSERT_TRUE(client.Run("n", {"SET", "n", "0"}).ok());
  server.Pause();
  const Status once = client.Run("n", {"INCR", "n"}).status();
  EXPECT_EQ(once.code(), StatusCode::kUnavailable);
  EXPECT_THAT(Message(once), HasSubstr("no answer within"));
  server.Continue();
  ASSERT_TRUE(Eventually([&] { return server.Cli({"GET", "n"}) == "1"; }));
  // Over the connection that this leaves idle.
  ASSERT_TRUE(client.Run("n", {"GET", "n"}).ok());
  server.Pause();
  StatusOr<Reply> answer = Unavailable("not run");
  std::jthread repeated([&] {
    answer = client.Run("n", {"SET", "n", "7"}, true);
  });
  EXPECT_TRUE(Eventually([&] { return unanswered >= 2; }));
  server.Continue();
  repeated.join();
  EXPECT_TRUE(answer.ok()) << answer.status();
}

TEST(RedisClientTest, LostServerIsUnavailableWithAddressAndWithoutPassword) {
  RedisServerOptions server_options;
  server_options.password = "hidden";
  server_options.extra_args = {"--requirepass", "hidden"};
  RedisServer server(server_options);
  ClientOptions options = OptionsFor(server.url());
  options.patience = absl::Milliseconds(200);
  Client client(options);
  ASSERT_TRUE(client.Run("k", {"SET", "k", "v"}).ok());
  server.Kill();
  const Status status = client.Run("k", {"GET", "k"}).status();
  EXPECT_EQ(status.code(), StatusCode::kUnavailable);
  EXPECT_THAT(Message(status), HasSubstr(server.address()));
  EXPECT_THAT(Message(status), HasSubstr("check that redis-server runs"));
  EXPECT_THAT(Message(status), Not(HasSubstr("hidden")));
}

TEST(RedisClientTest, BlockingReadMayOutlastTheCommandTimeout) {
  RedisServer server;
  ClientOptions options = OptionsFor(server.url());
  options.command_timeout = absl::Milliseconds(200);
  Client client(options);
  Call call{"list", {"BLPOP", "list", "0.5"}, nullptr, false, absl::Seconds(5)};
  const auto answer = client.Run(call);
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_TRUE(answer->is_nil());
}

TEST(RedisClientTest, ObserverSeesEachCommandWithItsScriptsName) {
  RedisServer server;
  ClientOptions options = OptionsFor(server.url());
  std::vector<std::string> seen;
  options.observer = [&](std::string_view name, absl::Duration latency,
                         bool ok) {
    EXPECT_GT(latency, absl::ZeroDuration());
    seen.push_back(std::string(name) + (ok ? "" : " failed"));
  };
  Client client(options);
  ASSERT_TRUE(client.Run("k", {"SET", "k", "v"}).ok());
  ASSERT_FALSE(client.Run("k", {"LPUSH", "k", "v"}).ok());
  ASSERT_TRUE(client.RunScript(kEchoAll, {"k"}, {}).ok());
  EXPECT_THAT(seen, ElementsAre("SET", "LPUSH failed", "echo_all failed",
                                "echo_all"));  // NOSCRIPT, then its text
}

}  // namespace
}  // namespace longtake::coordinator::redis
