#include <atomic>
#include <thread>

#include "common/testing/temp_dir.h"
#include "coordinator/store/redis/redis_clock.h"
#include "coordinator/store/redis/store_scripts.h"
#include "coordinator/store/redis/task_codec.h"
#include "tests/unit/coordinator/store/redis_fixture.h"

// Replies that are lost, servers that are killed, emptied and set back.

namespace longtake::coordinator {
namespace {

using redis::Reply;

// Runs a job's script as RedisStore does, under a request name of our choice.
StatusOr<std::vector<Reply>> RunRaw(RedisStore& store,
                                    const redis::Script& script,
                                    const std::string& request,
                                    redis::Args args) {
  redis::Args all = {
      "1767225600000000", "event", "lt:changes", request, "raw", "0"};
  all.insert(all.end(), args.begin(), args.end());
  LT_ASSIGN_OR_RETURN(
      const Reply reply,
      store.client().RunScript(script, redis::Keys("lt:").JobKeys("a"), all));
  return reply.Array();
}

TEST_F(RedisStoreTest, RequestSentTwiceIsDoneOnce) {
  RedisStore store(Options());
  Create(store, "a", 3);
  const auto code = [](const StatusOr<std::vector<Reply>>& reply) {
    EXPECT_TRUE(reply.ok()) << reply.status().ToString();
    return reply.ok() ? *reply->at(0).String() : "";
  };
  const redis::Args lease = {"render-0",
                             "w1",
                             "1",
                             "1767225630000000",
                             "0",
                             "hilm",
                             redis::BindingDigest(binding_),
                             redis::BindingToJson(binding_),
                             ""};
  EXPECT_EQ(code(RunRaw(store, redis::kLease, "r1", lease)), "OK");
  EXPECT_EQ(code(RunRaw(store, redis::kLease, "r1", lease)), "OK");
  EXPECT_EQ(store.GetTask("a", "render-0")->attempt, 1);
  EXPECT_EQ(code(RunRaw(store, redis::kLease, "r2", lease)), "ABORTED");
  // A lease, whose reply was lost for good: the task waits for its expiry.
  EXPECT_EQ(Lease(store, "a", "render-0", "w1").status().code(),
            StatusCode::kAborted);

  const int64_t events = store.GetJob("a")->last_event_sequence;
  const redis::Args pause = {"1", "", ""};
  EXPECT_EQ(code(RunRaw(store, redis::kChange, "r3", pause)), "OK");
  EXPECT_EQ(code(RunRaw(store, redis::kChange, "r3", pause)), "OK");
  EXPECT_EQ(store.GetJob("a")->last_event_sequence, events + 1);

  const TaskRecord extra = RenderTaskRecord(7);
  const redis::Args add = {
      "0", "", "0", extra.task_id, redis::EncodeNewTask(extra), "{}"};
  const auto first = RunRaw(store, redis::kAddTasks, "r4", add);
  const auto second = RunRaw(store, redis::kAddTasks, "r4", add);
  EXPECT_EQ(*first->at(1).Integer(), 1);
  EXPECT_EQ(*second->at(1).Integer(), 1);

  const redis::Args early = {"render-0", "1", "0", ""};
  EXPECT_EQ(code(RunRaw(store, redis::kExpire, "r5", early)), "ABORTED");

  ASSERT_TRUE(Complete(store, "a", "render-0", 1).ok());
  const redis::Args heal = {"", "", "0", "0", "1", "render-0", "0"};
  EXPECT_EQ(code(RunRaw(store, redis::kHeal, "r9", heal)), "OK");
  EXPECT_EQ(code(RunRaw(store, redis::kHeal, "r9", heal)), "OK");
  EXPECT_EQ(store.GetTask("a", "render-0")->times_lost, 1);
  EXPECT_EQ(code(RunRaw(store, redis::kHeal, "r10", heal)), "ABORTED");

  const redis::Args end = {"cancelled", "", "", "0"};
  EXPECT_EQ(code(RunRaw(store, redis::kEndJob, "r6", end)), "OK");
  EXPECT_EQ(code(RunRaw(store, redis::kEndJob, "r6", end)), "OK");
  EXPECT_EQ(code(RunRaw(store, redis::kEndJob, "r7", end)),
            "FAILED_PRECONDITION");
  const redis::Args retry = {"0", "0"};
  EXPECT_EQ(code(RunRaw(store, redis::kRetry, "r8", retry)), "OK");
  EXPECT_EQ(code(RunRaw(store, redis::kRetry, "r8", retry)), "OK");
}

TEST_F(RedisStoreTest, RepeatedCompletionBringsTheSameNextTask) {
  RedisStore store(Options());
  Create(store, "a", 4, /*window=*/1);
  ASSERT_TRUE(Lease(store, "a", "render-0").ok());
  const redis::Args stay = {
      "render-0",         "w1", "1", "1", "{}", "", "", "", "", "0", "9", "1",
      "1767225630000000", "0"};
  const auto first = RunRaw(store, redis::kComplete, "r1", stay);
  ASSERT_TRUE(first.ok()) << first.status().ToString();
  ASSERT_EQ(first->size(), 11u);
  EXPECT_EQ(*first->at(8).String(), "render-2");
  const auto again = RunRaw(store, redis::kComplete, "r1", stay);
  ASSERT_TRUE(again.ok()) << again.status().ToString();
  ASSERT_EQ(again->size(), 11u);
  EXPECT_EQ(*again->at(8).String(), "render-2");
  // A repeat of the caller's own is taken, and brings nothing.
  EXPECT_EQ(RunRaw(store, redis::kComplete, "r2", stay)->size(), 8u);
  EXPECT_EQ(Cli({"HGET", "lt:{a}:leased", "w1"}), "1");
}

TEST_F(RedisStoreTest, KilledConnectionsAndAForgottenScriptCacheLoseNothing) {
  constexpr int kTasks = 150;
  RedisStore::Options patient = Options();
  // On a slow machine connections are killed faster than they serve.
  patient.client.patience = absl::Seconds(100);
  RedisStore store(patient);
  Create(store, "a", kTasks);
  std::atomic<bool> over = false;
  std::thread vandal([&] {
    RedisStore::Options options = Options();
    redis::Client client(options.client);
    while (!over) {
      client.Run("", {"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"})
          .IgnoreError();
      client.Run("", {"SCRIPT", "FLUSH"}).IgnoreError();
      std::this_thread::sleep_for(std::chrono::milliseconds(3));
    }
  });
  std::atomic<int> next = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      const std::string worker = fmt::format("w{}", i);
      for (int n = next++; n < kTasks; n = next++) {
        const std::string task = fmt::format("render-{}", n);
        const auto leased = Lease(store, "a", task, worker);
        ASSERT_TRUE(leased.ok()) << leased.status().ToString();
        EXPECT_EQ(leased->attempt, 1);
        const Status done = Complete(store, "a", task, 1, worker);
        ASSERT_TRUE(done.ok()) << done.ToString();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  over = true;
  vandal.join();
  const auto job = store.GetJob("a");
  EXPECT_EQ(job->progress.segments_done, kTasks);
  // One event each: submitted, leased, done.
  EXPECT_EQ(job->last_event_sequence, 1 + 2 * kTasks);
  EXPECT_EQ(job->open_task_count(), 0);
  EXPECT_EQ(Cli({"HLEN", "lt:{a}:leased"}), "0");
  EXPECT_EQ(Cli({"ZCARD", "lt:{a}:due"}), "0");
}

TEST_F(RedisStoreTest, EmptiedStateIsNoticed) {
  RedisStore store(Options());
  ASSERT_TRUE(store.Clear(4).ok());
  EXPECT_EQ(store.Stamp()->epoch, 4);
  EXPECT_FALSE(store.Stamp()->instance.empty());
  EXPECT_FALSE(*store.HasForgotten());
  server_.FlushAll();
  EXPECT_TRUE(*store.HasForgotten());
  EXPECT_TRUE(*store.HasForgotten());
  ASSERT_TRUE(store.Clear(5).ok());
  EXPECT_FALSE(*store.HasForgotten());
}

TEST_F(RedisStoreTest, EmptiedStateIsNoticedWithoutAStampToo) {
  RedisStore store(Options());
  Create(store, "a", 1);
  EXPECT_FALSE(*store.HasForgotten());
  server_.FlushAll();
  EXPECT_TRUE(*store.HasForgotten());
}

TEST_F(RedisStoreTest, RebuiltStateOfAnotherCoordinatorIsNoLoss) {
  RedisStore a(Options());
  RedisStore b(Options());
  ASSERT_TRUE(a.Clear(4).ok());
  Create(a, "a", 1);
  EXPECT_FALSE(*b.HasForgotten());
  EXPECT_EQ(Ready(a).size(), 1u);
  server_.FlushAll();
  EXPECT_TRUE(*a.HasForgotten());
  ASSERT_TRUE(b.Clear(5).ok());
  EXPECT_FALSE(*a.HasForgotten());
  EXPECT_TRUE(Ready(a).empty());
  ASSERT_TRUE(b.Clear(6).ok());
  Cli({"HSET", "lt:farm:epoch", "epoch", "2", "id", "of old"});
  EXPECT_TRUE(*a.HasForgotten());
}

TEST_F(RedisStoreTest, JobSetBackUnderTheSameStampIsNoticed) {
  RedisStore store(Options());
  ASSERT_TRUE(store.Clear(4).ok());
  Create(store, "a", 2);
  const std::string key = "lt:{a}:job";
  const auto old = store.client().Run(key, {"HGET", key, "numbers"});
  ASSERT_TRUE(old.ok());
  ASSERT_TRUE(Lease(store, "a", "render-0").ok());
  EXPECT_FALSE(*store.HasForgotten());
  ASSERT_TRUE(
      store.client().Run(key, {"HSET", key, "numbers", *old->String()}).ok());
  EXPECT_TRUE(*store.HasForgotten());
}

class RedisLossTest : public RedisStoreTest {
 protected:
  static RedisServerOptions Kept(RedisPersistence persistence) {
    RedisServerOptions options;
    options.persistence = persistence;
    return options;
  }
};

TEST_F(RedisLossTest, OlderSnapshotIsNoticed) {
  RedisServer server(Kept(RedisPersistence::kNone));
  TempDir dir;
  RedisStore store(RedisOptionsFor(server.url()));
  ASSERT_TRUE(store.Clear(4).ok());
  Create(store, "a", 2);
  server.SaveSnapshot(dir.Join("old.rdb"));
  ASSERT_TRUE(Lease(store, "a", "render-0").ok());
  EXPECT_FALSE(*store.HasForgotten());
  server.RestoreSnapshot(dir.Join("old.rdb"));
  ASSERT_TRUE(Eventually([&] { return store.GetJob("a").ok(); }));
  const auto forgotten = store.HasForgotten();
  ASSERT_TRUE(forgotten.ok()) << forgotten.status().ToString();
  EXPECT_TRUE(*forgotten);
  // Nothing goes on from there.
  EXPECT_EQ(Lease(store, "a", "render-1").status().code(),
            StatusCode::kUnavailable);
  EXPECT_TRUE(*store.HasForgotten());
}

TEST_F(RedisLossTest, NewestSnapshotIsNoLoss) {
  RedisServer server(Kept(RedisPersistence::kNone));
  TempDir dir;
  RedisStore store(RedisOptionsFor(server.url()));
  ASSERT_TRUE(store.Clear(4).ok());
  Create(store, "a", 2);
  ASSERT_TRUE(Lease(store, "a", "render-0").ok());
  server.SaveSnapshot(dir.Join("new.rdb"));
  const std::string before = store.Stamp()->instance;
  server.RestoreSnapshot(dir.Join("new.rdb"));
  ASSERT_TRUE(Eventually([&] { return store.GetJob("a").ok(); }));
  EXPECT_FALSE(*store.HasForgotten());
  EXPECT_NE(store.Stamp()->instance, before);
  EXPECT_TRUE(Complete(store, "a", "render-0", 1).ok());
}

TEST_F(RedisLossTest, KilledServerThatLoggedEverythingLosesNothing) {
  RedisServer server(Kept(RedisPersistence::kAofAlways));
  RedisStore store(RedisOptionsFor(server.url()));
  ASSERT_TRUE(store.Clear(4).ok());
  Create(store, "a", 50);
  for (int i = 0; i < 20; ++i) {
    const std::string task = fmt::format("render-{}", i);
    ASSERT_TRUE(Lease(store, "a", task).ok());
    ASSERT_TRUE(Complete(store, "a", task, 1).ok());
  }
  server.Kill();
  const auto down = store.GetJob("a");
  EXPECT_EQ(down.status().code(), StatusCode::kUnavailable);
  EXPECT_THAT(down.status().ToString(), ::testing::HasSubstr("127.0.0.1"));
  server.Start();
  ASSERT_TRUE(Eventually([&] { return store.GetJob("a").ok(); }));
  EXPECT_FALSE(*store.HasForgotten());
  EXPECT_EQ(store.GetJob("a")->progress.segments_done, 20);
  EXPECT_TRUE(Eventually([&] { return Ready(store).size() == 30; }));
}

TEST_F(RedisLossTest, KilledServerThatKeptNothingIsNoticed) {
  RedisServer server(Kept(RedisPersistence::kNone));
  RedisStore store(RedisOptionsFor(server.url()));
  ASSERT_TRUE(store.Clear(4).ok());
  Create(store, "a", 1);
  server.Kill();
  server.Start();
  ASSERT_TRUE(Eventually([&] {
    const auto forgotten = store.HasForgotten();
    return forgotten.ok() && *forgotten;
  }));
}

TEST_F(RedisStoreTest, ClockFollowsTheServerAndNeverGoesBack) {
  redis::Client client(Options().client);
  auto clock = RedisClock::Create(client, {absl::Milliseconds(20)});
  ASSERT_TRUE(clock.ok()) << clock.status().ToString();
  const std::string seconds = Cli({"TIME"});
  const absl::Time server =
      absl::FromUnixSeconds(std::stoll(seconds.substr(0, 10)));
  EXPECT_LT(absl::AbsDuration((*clock)->Now() - server), absl::Seconds(3));
  absl::Time last = (*clock)->Now();
  for (int i = 0; i < 1000; ++i) {
    const absl::Time now = (*clock)->Now();
    ASSERT_GT(now, last);
    last = now;
    if (i % 100 == 0) {
      ASSERT_TRUE((*clock)->Read().ok());
    }
  }
}

}  // namespace
}  // namespace longtake::coordinator
