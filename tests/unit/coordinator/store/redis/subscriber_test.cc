#include "coordinator/store/redis/subscriber.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/redis_server.h"

namespace longtake::coordinator::redis {
namespace {

// What a Subscriber of channel "lt:changes" reported.
class Listener {
 public:
  explicit Listener(const RedisServer& server,
                    absl::Duration ping_every = absl::Seconds(5))
      : subscriber_(
            std::make_unique<Connector>(*ParseRedisUrl(server.url()),
                                        absl::Seconds(2)),
            SubscriberOptions{"lt:changes", {}, ping_every},
            [this](const std::string& m) { Note(m); },
            [this] { Note("subscribed"); },
            [this](const Status&) { Note("failed"); }) {}

  bool Await(const std::string& event, int times) {
    return Eventually([&] {
      absl::MutexLock lock(&mutex_);
      return std::count(events_.begin(), events_.end(), event) >= times;
    });
  }
  std::vector<std::string> events() {
    absl::MutexLock lock(&mutex_);
    return events_;
  }

 private:
  void Note(const std::string& event) {
    absl::MutexLock lock(&mutex_);
    events_.push_back(event);
  }

  absl::Mutex mutex_;
  std::vector<std::string> events_ ABSL_GUARDED_BY(mutex_);
  Subscriber subscriber_;
};

TEST(SubscriberTest, MessagesOfTheChannelArriveInOrder) {
  RedisServer server;
  Listener listener(server);
  ASSERT_TRUE(listener.Await("subscribed", 1));
  server.Cli({"PUBLISH", "lt:other", "no"});
  server.Cli({"PUBLISH", "lt:changes", "job a"});
  server.Cli({"PUBLISH", "lt:changes", "queue"});
  ASSERT_TRUE(listener.Await("queue", 1));
  EXPECT_THAT(listener.events(),
              ::testing::ElementsAre("subscribed", "job a", "queue"));
}

TEST(SubscriberTest, RestartedServerIsReportedAndHeardAgain) {
  RedisServer server;
  Listener listener(server);
  ASSERT_TRUE(listener.Await("subscribed", 1));
  server.Kill();
  ASSERT_TRUE(listener.Await("failed", 1));
  server.Start();
  ASSERT_TRUE(listener.Await("subscribed", 2));
  server.Cli({"PUBLISH", "lt:changes", "job b"});
  EXPECT_TRUE(listener.Await("job b", 1));
}

TEST(SubscriberTest, ALossIsToldOnceHoweverLongItTakes) {
  RedisServer server;
  Listener listener(server);
  ASSERT_TRUE(listener.Await("subscribed", 1));
  for (int losses = 1; losses <= 2; ++losses) {
    server.Kill();
    ASSERT_TRUE(listener.Await("failed", losses));
    server.Start();
    ASSERT_TRUE(listener.Await("subscribed", losses + 1));
  }
  const std::vector<std::string> events = listener.events();
  EXPECT_EQ(std::count(events.begin(), events.end(), "failed"), 2);
}

TEST(SubscriberTest, QuietServerIsPingedAndASilentOneIsLost) {
  RedisServer server;
  Listener listener(server, absl::Milliseconds(300));
  ASSERT_TRUE(listener.Await("subscribed", 1));
  server.Pause();
  ASSERT_TRUE(listener.Await("failed", 1));
  server.Continue();
  ASSERT_TRUE(listener.Await("subscribed", 2));
  const auto pings = [&] {
    return server.Cli({"INFO", "commandstats"}).find("cmdstat_ping") !=
           std::string::npos;
  };
  EXPECT_TRUE(Eventually(pings));
  server.Cli({"PUBLISH", "lt:changes", "job c"});
  EXPECT_TRUE(listener.Await("job c", 1));
}

}  // namespace
}  // namespace longtake::coordinator::redis
