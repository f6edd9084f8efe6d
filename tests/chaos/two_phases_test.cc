// Saturation, then drain, with reconciliation switched off: counters, queues
// and timers must be right because every transition keeps them right, not
// because a sweep puts them right later.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "tests/chaos/chaos_farm.h"
#include "tests/chaos/redis_audit.h"

namespace longtake::chaos {
namespace {

constexpr int kJobs = 5;
constexpr int kRounds = 6;

SmallJob Seeded(uint64_t seed) {
  SmallJob job = kChaosJob;
  job.seed = seed;
  return job;
}

// All at once: nothing is computed between them.
std::vector<std::string> SubmitAll(ChaosFarm& farm, uint64_t first_seed) {
  std::vector<std::string> jobs;
  for (int i = 0; i < kJobs; ++i) UndisturbedRun(Seeded(first_seed + i));
  for (int i = 0; i < kJobs; ++i) {
    jobs.push_back(
        farm.Submit("job " + std::to_string(i), Seeded(first_seed + i)));
  }
  return jobs;
}

TEST(TwoPhasesTest, NothingDriftsWithoutReconciliation) {
  ChaosFarm farm({.lease_seconds = 1,
                  .wait_ms_per_frame = 10,
                  .coordinator_flags = {"--no-housekeeping"}});
  const std::vector<std::string> jobs = SubmitAll(farm, 50);
  farm.Pause(jobs[4]);
  // Saturation: more work than workers, which are killed and suspended.
  int live_audits = 0;
  for (int round = 0; round < kRounds; ++round) {
    const int worker = round % 3;
    if (round % 2 == 0) {
      farm.KillWorker(worker);
      farm.StartWorker(worker);
    } else {
      farm.SuspendWorker(worker);
      std::this_thread::sleep_for(std::chrono::milliseconds(1300));
      farm.ResumeWorker(worker);
    }
    History now;
    CollectRedis(farm.redis_url(), &now);
    EXPECT_THAT(AuditCounters(now), testing::IsEmpty());
    for (const StateAudit& state : now.states) live_audits += state.live;
  }
  EXPECT_GE(live_audits, kJobs) << "there was hardly any load to audit";
  farm.Resume(jobs[4]);
  // Drain: to the last task.
  for (const std::string& job : jobs) {
    EXPECT_EQ(farm.Await(job).state, JobState::kSucceeded);
  }
  farm.ExpectCleanAudit();
}

TEST(TwoPhasesTest, CancelledUnderLoadNothingIsLeft) {
  ChaosFarm farm(
      {.wait_ms_per_frame = 10, .coordinator_flags = {"--no-housekeeping"}});
  const std::vector<std::string> jobs = SubmitAll(farm, 60);
  farm.AwaitSegments(jobs[0], 1);
  for (int i = 0; i < kJobs; i += 2) farm.Cancel(jobs[i]);
  for (int i = 1; i < kJobs; i += 2) {
    EXPECT_EQ(farm.Await(jobs[i]).state, JobState::kSucceeded);
  }
  farm.ExpectCleanAudit();
}

}  // namespace
}  // namespace longtake::chaos
