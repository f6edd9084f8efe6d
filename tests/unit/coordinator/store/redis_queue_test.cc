#include <atomic>
#include <map>
#include <thread>

#include "tests/unit/coordinator/store/redis_fixture.h"

// The shared queue between coordinators, and what crashes do to it.

namespace longtake::coordinator {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kUnboundQueue[] = "lt:queue:{hilm/any//0/}:0";

std::vector<std::string> Names(int count) {
  std::vector<std::string> names;
  for (int i = 0; i < count; ++i) names.push_back(fmt::format("render-{}", i));
  return names;
}

TEST_F(RedisStoreTest, TwoCoordinatorsLeaseEachTaskOnce) {
  constexpr int kTasks = 120;
  RedisStore a(Options());
  RedisStore b(Options());
  Create(a, "a", kTasks, 32);
  std::atomic<int> done = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      RedisStore& store = i % 2 == 0 ? a : b;
      const std::string worker = fmt::format("w{}", i);
      const auto deadline =
          std::chrono::steady_clock::now() + std::chrono::seconds(60);
      while (done < kTasks && std::chrono::steady_clock::now() < deadline) {
        const auto ready =
            store.PollReady({{{binding_}, {}, 0, {}}, std::nullopt, 16});
        ASSERT_TRUE(ready.ok()) << ready.status().ToString();
        for (const ReadyTask& task : *ready) {
          const auto leased = Lease(store, "a", task.task_id, worker);
          if (!leased.ok()) {
            ASSERT_EQ(leased.status().code(), StatusCode::kAborted);
            continue;
          }
          ASSERT_TRUE(
              Complete(store, "a", task.task_id, leased->attempt, worker).ok());
          ++done;
          break;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(done, kTasks);
  const auto tasks = a.ListTasks("a");
  for (const TaskRecord& task : *tasks) {
    EXPECT_EQ(task.state, TaskState::kSucceeded) << task.task_id;
    EXPECT_EQ(task.attempt, 1) << task.task_id;
  }
  EXPECT_EQ(a.GetJob("a")->progress.segments_done, kTasks);
  // Nothing is left in the streams.
  EXPECT_TRUE(Eventually([&] {
    Ready(a);
    Ready(b);
    return Cli({"EVAL",
                "local n = 0 for _, k in ipairs(redis.call('KEYS', "
                "'lt:queue:*')) do n = n + redis.call('XLEN', k) end return n",
                "0"}) == "0";
  }));
}

TEST_F(RedisStoreTest, UnneededHintsGoBackInOrder) {
  RedisStore::Options options = Options();
  options.hint_patience = absl::Milliseconds(200);
  RedisStore a(options);
  options.hint_patience = absl::Hours(1);
  RedisStore b(options);
  Create(a, "a", 30);
  EXPECT_EQ(Ready(a, 8).size(), 8u);
  EXPECT_EQ(Ready(b).size(), 22u);
  EXPECT_TRUE(Eventually([&] { return Ready(b).size() == 30; }));
  EXPECT_EQ(Ready(b), Names(30));
}

TEST_F(RedisStoreTest, HintsGoBackWhenACoordinatorEnds) {
  RedisStore::Options options = Options();
  options.hint_patience = absl::Hours(1);
  auto a = std::make_unique<RedisStore>(options);
  RedisStore b(options);
  Create(*a, "a", 5);
  EXPECT_EQ(Ready(*a).size(), 5u);
  EXPECT_THAT(Ready(b), IsEmpty());
  a.reset();
  EXPECT_TRUE(Eventually([&] { return Ready(b).size() == 5; }));
}

TEST_F(RedisStoreTest, DeadHandIsSwept) {
  RedisStore::Options options = Options();
  options.hint_patience = absl::Hours(1);  // like a process that is gone
  options.dead_hand = absl::Milliseconds(50);
  RedisStore a(options);
  RedisStore b(options);
  Create(a, "a", 5);
  EXPECT_EQ(Ready(a).size(), 5u);
  EXPECT_TRUE(Eventually([&] {
    EXPECT_TRUE(b.Sweep(now_).ok());
    return Ready(b).size() == 5;
  }));
}

TEST_F(RedisStoreTest, HintsLostBetweenScriptAndStreamAreMadeAnew) {
  RedisStore::Options options = Options();
  options.hint_grace = absl::ZeroDuration();
  RedisStore store(options);
  Create(store, "a", 3);
  EXPECT_EQ(Ready(store), Names(3));
  RedisStore other(options);
  Create(other, "b", 2);
  // As if nothing of it had been written.
  ASSERT_TRUE(Eventually([&] { return Cli({"XLEN", kUnboundQueue}) == "5"; }));
  Cli({"DEL", kUnboundQueue});
  EXPECT_EQ(Ready(other).size(), 0u);
  const auto healed = other.Sweep(now_);
  ASSERT_TRUE(healed.ok()) << healed.status().ToString();
  EXPECT_EQ(*healed, 5);
  EXPECT_EQ(Ready(other).size(), 5u);
  const auto again = other.Sweep(now_);
  EXPECT_EQ(*again, 0);
}

TEST_F(RedisStoreTest, StaleAndStrangeEntriesAreDropped) {
  RedisStore store(Options());
  Create(store, "a", 1);
  ASSERT_TRUE(Eventually([&] { return Cli({"XLEN", kUnboundQueue}) == "1"; }));
  Cli({"XADD", kUnboundQueue, "*", "job", "none", "task", "x", "value", "7 0"});
  Cli({"XADD", kUnboundQueue, "*", "job", "a", "task", "render-0", "value",
       "7 0"});
  Cli({"XADD", kUnboundQueue, "*", "what", "ever"});
  EXPECT_THAT(Ready(store), ElementsAre("render-0"));
  EXPECT_TRUE(Eventually([&] {
    Ready(store);
    return Cli({"XLEN", kUnboundQueue}) == "1";
  }));
}

TEST_F(RedisStoreTest, LeaseTakesItsEntryOutOfTheStream) {
  RedisStore store(Options());
  Create(store, "a", 2);
  ASSERT_EQ(Ready(store).size(), 2u);
  ASSERT_TRUE(Lease(store, "a", "render-0").ok());
  EXPECT_TRUE(Eventually([&] { return Cli({"XLEN", kUnboundQueue}) == "0"; }));
  ASSERT_TRUE(Complete(store, "a", "render-0", 1).ok());
  EXPECT_THAT(Ready(store), ElementsAre("render-1"));
}

// Earlier coordinators left the entry of a lease with its worker.
TEST_F(RedisStoreTest, EntriesOfEarlierCoordinatorsLeasesAreClaimed) {
  RedisStore::Options options = Options();
  options.dead_lease = absl::Milliseconds(30);
  RedisStore store(options);
  Create(store, "a", 1);
  ASSERT_EQ(Ready(store).size(), 1u);
  ASSERT_TRUE(Lease(store, "a", "render-0").ok());
  ASSERT_TRUE(Eventually([&] { return Cli({"XLEN", kUnboundQueue}) == "0"; }));
  Cli({"XADD", kUnboundQueue, "*", "job", "a", "task", "render-0", "value",
       "7 0"});
  Cli({"XREADGROUP", "GROUP", "longtake", "w:w1", "STREAMS", kUnboundQueue,
       ">"});
  // The lease is the record's: its entry is found stale and dropped.
  EXPECT_TRUE(Eventually([&] {
    EXPECT_TRUE(store.Sweep(absl::FromUnixSeconds(4000000000)).ok());
    EXPECT_THAT(Ready(store), IsEmpty());
    return Cli({"XLEN", kUnboundQueue}) == "0";
  }));
  EXPECT_EQ(store.GetTask("a", "render-0")->state, TaskState::kLeased);
}

TEST_F(RedisStoreTest, DueTimesOfAClockThatWasAheadAreBroughtBack) {
  RedisStore store(Options());
  Create(store, "a", 1);
  const absl::Time ahead = now_ + absl::Hours(24);
  ASSERT_TRUE(store
                  .Lease({"a", "render-0", "w1", binding_, 1, ahead,
                          ahead + absl::Seconds(30), "", false})
                  .ok());
  ASSERT_EQ(*store.Sweep(now_), 1);
  const absl::Time later = now_ + absl::Minutes(5);
  EXPECT_THAT(*store.ListDue(later - absl::Seconds(1), 9), IsEmpty());
  ASSERT_EQ(store.ListDue(later, 9)->size(), 1u);
  EXPECT_TRUE(store.Expire({"a", "render-0", 1, std::nullopt, later, ""}).ok());
}

TEST_F(RedisStoreTest, BoundJobsHintsMoveToItsOwnQueue) {
  RedisStore store(Options());
  Create(store, "a", 3);
  ASSERT_TRUE(Lease(store, "a", "render-1").ok());
  EXPECT_THAT(Ready(store), ElementsAre("render-0", "render-2"));
  EngineBinding other = binding_;
  other.version = "9";
  EXPECT_THAT(*store.PollReady({{{other}, {}, 0, {}}, std::nullopt, 9}),
              IsEmpty());
  EXPECT_TRUE(Eventually([&] { return Cli({"XLEN", kUnboundQueue}) == "0"; }));
}

}  // namespace
}  // namespace longtake::coordinator
