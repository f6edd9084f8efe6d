#include "common/testing/temp_dir.h"
#include "coordinator/store/redis/store_scripts.h"
#include "tests/unit/coordinator/store/redis_fixture.h"

// A state that was set back and has gone on since: whatever its versions are by
// then, who saw more of it notices, and decides nothing on it.

namespace longtake::coordinator {
namespace {

class RedisHistoryTest : public RedisStoreTest {
 protected:
  // A job's whole state, to be set back to it.
  std::string Save(const std::string& part) {
    const std::string key = "lt:{a}:" + part;
    const auto dump = raw_.Run(key, {"DUMP", key});
    EXPECT_TRUE(dump.ok()) << dump.status().ToString();
    return dump->is_nil() ? "" : *dump->String();
  }
  void Restore(const std::string& part, const std::string& dump) {
    const std::string key = "lt:{a}:" + part;
    EXPECT_TRUE(raw_.Run(key, {"DEL", key}).ok());
    if (dump.empty()) return;
    EXPECT_TRUE(raw_.Run(key, {"RESTORE", key, "0", dump}).ok());
  }
  std::map<std::string, std::string> SaveJob() {
    std::map<std::string, std::string> saved;
    for (const char* part : {"job", "tasks", "specs", "results", "backlog",
                             "queued", "due", "leased", "events"}) {
      saved[part] = Save(part);
    }
    return saved;
  }
  void RestoreJob(const std::map<std::string, std::string>& saved) {
    for (const auto& [part, dump] : saved) Restore(part, dump);
  }
  // A pause by some coordinator.
  void Pause(const std::string& maker, bool paused) {
    const auto reply =
        raw_.RunScript(redis::kChange, redis::Keys("lt:").JobKeys("a"),
                       {"1767225600000000", "changed", "lt:changes", "", maker,
                        "0", paused ? "1" : "0", "", ""});
    ASSERT_TRUE(reply.ok()) << reply.status().ToString();
    EXPECT_EQ(*reply->Array()->at(0).String(), "OK");
  }

  redis::Client raw_{Options().client};
};

TEST_F(RedisHistoryTest, AnotherCoordinatorsTransitionHidesNoLoss) {
  RedisStore a(Options());
  RedisStore b(Options());
  ASSERT_TRUE(a.Clear(4).ok());
  ASSERT_FALSE(*b.HasForgotten());
  Create(a, "a", 4);
  const auto saved = SaveJob();
  ASSERT_TRUE(Lease(a, "a", "render-0").ok());
  ASSERT_FALSE(*a.HasForgotten());
  RestoreJob(saved);
  // As many transitions as were lost, and more.
  for (const char* task : {"render-0", "render-1", "render-2"}) {
    ASSERT_TRUE(Lease(b, "a", task, "w2").ok());
    EXPECT_TRUE(*a.HasForgotten());
    EXPECT_FALSE(*b.HasForgotten());
  }
}

TEST_F(RedisHistoryTest, NobodyDecidesOnAStateThatLacksWhatHeSaw) {
  RedisStore a(Options());
  RedisStore b(Options());
  ASSERT_TRUE(a.Clear(4).ok());
  ASSERT_FALSE(*b.HasForgotten());
  Create(a, "a", 4);
  const auto saved = SaveJob();
  ASSERT_TRUE(Lease(a, "a", "render-0").ok());
  RestoreJob(saved);
  ASSERT_TRUE(Lease(b, "a", "render-0", "w2").ok());
  ASSERT_TRUE(Lease(b, "a", "render-1", "w2").ok());
  const auto before = Save("job");
  EXPECT_EQ(Lease(a, "a", "render-2").status().code(),
            StatusCode::kUnavailable);
  EXPECT_EQ(Complete(a, "a", "render-0", 1).code(), StatusCode::kUnavailable);
  EXPECT_EQ(
      a.Renew({{"a", "render-0", 1, 1}, "w1", 1, now_, now_, "", {}}).code(),
      StatusCode::kUnavailable);
  EXPECT_EQ(a.Forgive({"a", "render-0", 1, 1}).code(),
            StatusCode::kUnavailable);
  EXPECT_EQ(Save("job"), before);
  EXPECT_TRUE(*a.HasForgotten());
  // Rebuilt, everybody goes on.
  ASSERT_TRUE(b.Clear(5).ok());
  Create(b, "a", 4);
  EXPECT_FALSE(*a.HasForgotten());
  EXPECT_TRUE(Lease(a, "a", "render-2").ok());
}

TEST_F(RedisHistoryTest, ALostJobIsNotMadeAnewInSilence) {
  RedisStore a(Options());
  ASSERT_TRUE(a.Clear(4).ok());
  Create(a, "a", 1);
  Cli({"DEL", "lt:{a}:job"});
  EXPECT_EQ(a.CreateJob(Job("a"), {}, "again").status().code(),
            StatusCode::kUnavailable);
  EXPECT_EQ(Cli({"EXISTS", "lt:{a}:job"}), "0");
  EXPECT_TRUE(*a.HasForgotten());
}

TEST_F(RedisHistoryTest, AForgottenJobIsMadeAnew) {
  RedisStore a(Options());
  ASSERT_TRUE(a.Clear(4).ok());
  Create(a, "a", 1);
  Cli({"DEL", "lt:{a}:job", "lt:{a}:tasks", "lt:{a}:specs", "lt:{a}:backlog",
       "lt:{a}:queued", "lt:{a}:events"});
  Cli({"SET", "lt:{a}:gone", "1"});
  Create(a, "a", 1);
  EXPECT_TRUE(Lease(a, "a", "render-0").ok());
  EXPECT_FALSE(*a.HasForgotten());
}

TEST_F(RedisHistoryTest, ALongLineOfCoordinatorsIsNoLoss) {
  RedisStore a(Options());
  ASSERT_TRUE(a.Clear(4).ok());
  Create(a, "a", 2);
  ASSERT_TRUE(Lease(a, "a", "render-0").ok());
  for (int i = 0; i < 40; ++i) {
    Pause(fmt::format("c{}", i), i % 2 == 0);
    ASSERT_FALSE(*a.HasForgotten()) << i;
  }
  const auto numbers =
      raw_.Run("lt:{a}:job", {"HGET", "lt:{a}:job", "numbers"});
  const auto first = redis::MarkOf(*numbers->String(), "c0", 0);
  const auto last = redis::MarkOf(*numbers->String(), "c39", 0);
  EXPECT_EQ(first->own, 0);
  EXPECT_EQ(last->own, last->version);
  // The record has let go of what this one did long ago.
  EXPECT_TRUE(Complete(a, "a", "render-0", 1).ok());
  EXPECT_TRUE(Lease(a, "a", "render-1").ok());
  EXPECT_FALSE(*a.HasForgotten());
}

}  // namespace
}  // namespace longtake::coordinator
