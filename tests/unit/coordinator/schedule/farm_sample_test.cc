#include "coordinator/schedule/farm_sample.h"

#include <gtest/gtest.h>

namespace longtake::coordinator {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1000);

JobLoad Job(const std::string& pool, int priority, const TaskCounts& draw,
            const TaskCounts& support = {}) {
  JobLoad job;
  job.priority = priority;
  job.draw_needs.pool = pool;
  job.draw = draw;
  job.support = support;
  return job;
}

WorkerRecord Worker(std::set<std::string> pools, int slots, int busy) {
  WorkerRecord worker;
  worker.offer.pools = std::move(pools);
  worker.slots = slots;
  worker.busy = busy;
  return worker;
}

TEST(FarmSampleTest, TasksAddUpByPoolAndPriority) {
  const FarmSample sample = MakeFarmSample(
      {Job("gpu", 5, {100, 20, 3, 1}, {1, 0, 0, 0}),
       Job("gpu", 5, {50, 10, 2, 0}), Job("gpu", 0, {7, 0, 0, 0})},
      {}, kNow);
  ASSERT_EQ(sample.queues.size(), 3u);
  // Support tasks need no pool.
  EXPECT_EQ(sample.queues[0].pool, "");
  EXPECT_EQ(sample.queues[0].priority, 5);
  EXPECT_EQ(sample.queues[0].backlog, 1);
  EXPECT_EQ(sample.queues[1].pool, "gpu");
  EXPECT_EQ(sample.queues[1].priority, 0);
  EXPECT_EQ(sample.queues[1].backlog, 7);
  EXPECT_EQ(sample.queues[2].backlog, 150);
  EXPECT_EQ(sample.queues[2].queued, 30);
  EXPECT_EQ(sample.queues[2].leased, 5);
  EXPECT_EQ(sample.queues[2].waiting_retry, 1);
}

TEST(FarmSampleTest, JobsAreRunningQueuedOrPaused) {
  JobLoad paused = Job("", 0, {1, 0, 1, 0});
  paused.paused = true;
  const FarmSample sample =
      MakeFarmSample({paused, Job("", 0, {1, 0, 1, 0}),
                      Job("", 0, {1, 1, 0, 0}), Job("", 0, {}, {0, 0, 1, 0})},
                     {}, kNow);
  EXPECT_EQ(sample.paused_jobs, 1);
  EXPECT_EQ(sample.running_jobs, 2);
  EXPECT_EQ(sample.queued_jobs, 1);
}

TEST(FarmSampleTest, OnlyWorkersThatTakeTasksBringSlots) {
  WorkerRecord draining = Worker({"gpu"}, 4, 2);
  draining.draining = true;
  WorkerRecord quarantined = Worker({"gpu"}, 4, 0);
  quarantined.health.quarantined_until = kNow + absl::Seconds(1);
  WorkerRecord let_go = Worker({"gpu"}, 1, 0);
  let_go.health.quarantined_until = kNow;
  const FarmSample sample =
      MakeFarmSample({},
                     {draining, quarantined, let_go,
                      Worker({"gpu", "cpu"}, 2, 1), Worker({}, 8, 8)},
                     kNow);
  EXPECT_EQ(sample.draining_workers, 1);
  EXPECT_EQ(sample.quarantined_workers, 1);
  EXPECT_EQ(sample.idle_workers, 1);
  EXPECT_EQ(sample.busy_workers, 2);
  EXPECT_EQ(sample.leases, 11);
  EXPECT_EQ(sample.all.workers, 3);
  EXPECT_EQ(sample.all.slots, 11);
  EXPECT_EQ(sample.all.busy, 9);
  ASSERT_EQ(sample.by_pool.size(), 2u);
  EXPECT_EQ(sample.by_pool.at("gpu").slots, 3);
  EXPECT_EQ(sample.by_pool.at("gpu").busy, 1);
  EXPECT_EQ(sample.by_pool.at("cpu").workers, 1);
}

}  // namespace
}  // namespace longtake::coordinator
