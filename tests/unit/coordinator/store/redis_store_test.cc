#include "coordinator/store/redis/redis_store.h"

#include <memory>
#include <regex>

#include "coordinator/store/job_state.h"
#include "coordinator/store/redis/store_scripts.h"
#include "coordinator/store/task_state.h"
#include "tests/unit/coordinator/store/redis_fixture.h"
#include "tests/unit/coordinator/store/store_contract.h"

namespace longtake::coordinator {

INSTANTIATE_TEST_SUITE_P(Redis, StoreContract,
                         ::testing::Values(StoreFactory([] {
                           return std::make_unique<RedisStore>(
                               RedisOptionsFor(EmptySharedServer().url()));
                         })));

// The whole contract once more on a cluster of three masters, so that nothing
// in it spans two slots.
RedisCluster& EmptySharedCluster() {
  static const auto cluster = std::make_unique<RedisCluster>();
  for (RedisServer* node : cluster->nodes()) node->FlushAll();
  return *cluster;
}
INSTANTIATE_TEST_SUITE_P(RedisCluster, StoreContract,
                         ::testing::Values(StoreFactory([] {
                           return std::make_unique<RedisStore>(
                               RedisOptionsFor(EmptySharedCluster().url()));
                         })));

// "NAME = '…'", pieces joined by .., as a set of the words in it.
std::set<std::string> WordsOf(const std::string& name) {
  const std::string text(redis::kLease.text);
  std::smatch found;
  const std::regex assigned("local " + name +
                            " = ((?:'[^']*'(?: \\.\\.\\s*)?)+)");
  EXPECT_TRUE(std::regex_search(text, found, assigned)) << name;
  std::set<std::string> words;
  const std::string list = found[1];
  const std::regex word("[a-z0-9]+>[a-z0-9]+");
  for (std::sregex_iterator it(list.begin(), list.end(), word), end; it != end;
       ++it) {
    words.insert(it->str());
  }
  return words;
}

TEST(RedisScriptsTest, StepsAreThoseOfTheStateTables) {
  std::set<std::string> tasks;
  for (int from = 0; from <= static_cast<int>(TaskState::kCancelled); ++from) {
    for (int to = 0; to <= static_cast<int>(TaskState::kCancelled); ++to) {
      if (IsLegalTaskStep(TaskState(from), TaskState(to))) {
        tasks.insert(fmt::format("{}>{}", from, to));
      }
    }
  }
  EXPECT_EQ(WordsOf("TASK_STEPS"), tasks);
  std::set<std::string> jobs;
  for (int from = 0; from <= static_cast<int>(JobState::kCancelled); ++from) {
    for (int to = 0; to <= static_cast<int>(JobState::kCancelled); ++to) {
      if (IsLegalJobStep(JobState(from), JobState(to))) {
        jobs.insert(fmt::format("{}>{}", JobStateName(JobState(from)),
                                JobStateName(JobState(to))));
      }
    }
  }
  EXPECT_EQ(WordsOf("JOB_STEPS"), jobs);
}

TEST(RedisKeysTest, QueueNamesGoThereAndBack) {
  redis::QueueName queue;
  queue.engine = "hilm/2 {x}";
  queue.needs = {"gpu", int64_t{24} << 30, {"nvenc", "a+b"}};
  queue.priority = -7;
  EXPECT_EQ(redis::ParseQueueRef(redis::QueueRef(queue)), queue);
  queue.binding = "0123456789abcdef";
  EXPECT_EQ(redis::ParseQueueRef(redis::QueueRef(queue)), queue);
  EXPECT_EQ(redis::QueueRef({"hilm", "", {}, 5}), "hilm/any//0/:5");
  EXPECT_FALSE(redis::ParseQueueRef("hilm/any/x:5"));
  EXPECT_EQ(redis::Keys("lt:").Queue("hilm/any//0/:-5"),
            "lt:queue:{hilm/any//0/}:-5");
}

TEST_F(RedisStoreTest, ForgetsTheOldestEndedJobsAndThatIsNoLoss) {
  RedisStore::Options options = Options();
  options.max_ended_jobs = 2;
  RedisStore store(options);
  for (const char* id : {"a", "b", "c", "d"}) {
    Create(store, id, 1);
    if (*id == 'b') continue;  // lives on
    ASSERT_TRUE(
        store.EndJob(id, {JobState::kCancelled, {}, {}}, now_, "").ok());
  }
  Create(store, "e", 0);
  EXPECT_EQ(store.GetJob("a").status().code(), StatusCode::kNotFound);
  for (const char* id : {"b", "c", "d", "e"}) {
    EXPECT_TRUE(store.GetJob(id).ok()) << id;
  }
  EXPECT_EQ(store.ListJobs("", 0, 10)->size(), 4u);
  EXPECT_EQ(store.ListJobs("default", 0, 10)->size(), 4u);
  EXPECT_FALSE(*store.HasForgotten());
  EXPECT_EQ(Cli({"KEYS", "lt:{a}:*"}), "lt:{a}:gone");
  // A job of that name once more is another life of it.
  Create(store, "a", 1);
  EXPECT_FALSE(*store.HasForgotten());
}

TEST_F(RedisStoreTest, RecordsComeBackAsTheyWereGiven) {
  RedisStore store(Options());
  JobRecord job = Job("a");
  job.idempotency_key = "night 7";
  job.spec.labels = {{"show", "ünï"}};
  job.spec.needs = {"gpu", 8, {"nvenc"}};
  job.inputs_digest = std::string(64, 'e');
  job.segments = {{0, 100}, {100, 200}};
  job.total_frames = 200;
  job.seams = {{100, 1.5, 48.25, 0.5, SeamVerdict::kWarn, true}};
  job.error = FailedPrecondition("no face");
  job.epoch = 3;
  TaskRecord task = RenderTaskRecord(0);
  task.generation = 2;
  task.past_cache = true;
  task.avoid_workers = {"w9"};
  task.needs = {"gpu", int64_t{1} << 40, {"a", "b"}};
  ASSERT_TRUE(store.CreateJob(job, {task}, "").ok());
  const auto found = store.GetJob("a");
  ASSERT_TRUE(found.ok()) << found.status().ToString();
  EXPECT_EQ(found->idempotency_key, job.idempotency_key);
  EXPECT_EQ(found->spec, job.spec);
  EXPECT_EQ(found->inputs_digest, job.inputs_digest);
  EXPECT_EQ(found->segments, job.segments);
  EXPECT_EQ(found->error, job.error);
  EXPECT_EQ(found->epoch, 3);
  EXPECT_EQ(found->submitted_at, job.submitted_at);
  EXPECT_EQ(found->ended_at, absl::InfiniteFuture());
  ASSERT_EQ(found->seams.size(), 1u);
  EXPECT_EQ(found->seams[0].psnr_db, 48.25);
  EXPECT_TRUE(found->seams[0].repaired);
  const auto back = store.GetTask("a", "render-0");
  ASSERT_TRUE(back.ok()) << back.status().ToString();
  EXPECT_EQ(back->generation, 2);
  EXPECT_TRUE(back->past_cache);
  EXPECT_TRUE(back->queued);
  EXPECT_EQ(back->avoid_workers, task.avoid_workers);
  EXPECT_EQ(back->needs, task.needs);
  EXPECT_EQ(back->range, task.range);
  EXPECT_EQ(back->ready_at, job.submitted_at);
}

TEST_F(RedisStoreTest, AnotherSchemaIsRefused) {
  RedisStore store(Options());
  ASSERT_TRUE(store.CheckSchema().ok());
  ASSERT_TRUE(store.CheckSchema().ok());
  Cli({"SET", "lt:farm:schema", "99"});
  const Status refused = store.CheckSchema();
  EXPECT_EQ(refused.code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(refused.ToString(), ::testing::HasSubstr("schema 99"));
}

TEST_F(RedisStoreTest, TurnsAreOneOwnersUntilTheyEnd) {
  RedisStore a(Options());
  RedisStore b(Options());
  EXPECT_TRUE(*a.TakeTurn("sweep", "a", absl::Seconds(30)));
  EXPECT_FALSE(*b.TakeTurn("sweep", "b", absl::Seconds(30)));
  EXPECT_TRUE(*a.TakeTurn("sweep", "a", absl::Milliseconds(20)));
  EXPECT_TRUE(
      Eventually([&] { return *b.TakeTurn("sweep", "b", absl::Seconds(30)); }));
}

TEST_F(RedisStoreTest, TenThousandTasksAreKeptAndListed) {
  RedisStore::Options options = Options();
  // Machines that run tests are slow at times.
  options.client.command_timeout = absl::Seconds(60);
  RedisStore store(options);
  const auto used = [&] {
    const std::string info = Cli({"INFO", "memory"});
    const size_t at = info.find("used_memory:");
    return at == std::string::npos ? -1 : std::stoll(info.substr(at + 12));
  };
  const int64_t before = used();
  Create(store, "a", 0, 64);
  for (int i = 0; i < 10; ++i) {
    std::vector<TaskRecord> tasks;
    for (int n = 0; n < 1000; ++n) {
      tasks.push_back(RenderTaskRecord(1000 * i + n));
    }
    ASSERT_EQ(*store.AddTasks({"a", 0, {}, tasks, now_, ""}), 1000);
  }
  const int64_t bytes = used() - before;
  RecordProperty("bytes_a_task", static_cast<int>(bytes / 10000));
  EXPECT_LT(bytes, int64_t{40} << 20);
  EXPECT_EQ(store.ListTasks("a")->size(), 10000u);
  EXPECT_EQ(store.ListTasks("a")->at(9999).task_id, "render-9999");
  EXPECT_EQ(Ready(store).size(), 64u);
  ASSERT_TRUE(
      store.EndJob("a", {JobState::kCancelled, {}, {}}, now_, "bye").ok());
  EXPECT_TRUE(Ready(store).empty());
  EXPECT_EQ(store.GetJob("a")->open_task_count(), 0);
}

TEST_F(RedisStoreTest, CallbacksTellOfChanges) {
  std::atomic<int> jobs = 0, queues = 0, everything = 0;
  RedisStore::Options options = Options();
  options.on_job_changed = [&](const std::string& id) { jobs += id == "a"; };
  options.on_queue_changed = [&] { ++queues; };
  options.on_everything_changed = [&] { ++everything; };
  RedisStore listener(options);
  ASSERT_TRUE(Eventually([&] { return everything > 0; }));
  RedisStore other(Options());
  Create(other, "a", 1);
  EXPECT_TRUE(Eventually([&] { return jobs > 0 && queues > 0; }));
}

}  // namespace longtake::coordinator
