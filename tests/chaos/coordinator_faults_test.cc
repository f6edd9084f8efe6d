// Coordinators that die and hang, also in the middle of a commit.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <memory>
#include <thread>
#include <vector>

#include "coordinator/store/redis/store_scripts.h"
#include "tests/chaos/chaos_farm.h"
#include "tests/chaos/redis_fault.h"
#include "tests/chaos/stored_results.h"

namespace longtake::chaos {
namespace {

constexpr int kSlowFrameMs = 20;

RedisFault::Match RunsScript(const coordinator::redis::Script& script) {
  return
      [&script](const RedisCommand& command) { return Runs(command, script); };
}

TEST(CoordinatorFaultsTest, EachCoordinatorKilledInTurn) {
  ChaosFarm farm({.wait_ms_per_frame = kSlowFrameMs});
  const std::string job = farm.Submit("job");
  farm.AwaitSegments(job, 1);
  farm.KillCoordinator(0);
  farm.AwaitSegments(job, 3);
  farm.StartCoordinator(0);
  farm.KillCoordinator(1);
  const JobView done = farm.Await(job);
  EXPECT_EQ(done.state, JobState::kSucceeded) << done.error;
  farm.StartCoordinator(1);
  farm.ExpectCleanAudit();
}

TEST(CoordinatorFaultsTest, AllCoordinatorsKilledAtOnceAndStartedAgain) {
  // A result that nobody offers again would come to light by its lease alone.
  ChaosFarm farm({.lease_seconds = 30, .wait_ms_per_frame = kSlowFrameMs});
  const std::string job = farm.Submit("job");
  std::vector<std::string> held;
  for (int i = 0; i < 3; ++i) held.push_back(farm.SuspendMidSegment(job, i));
  farm.KillCoordinator(0);
  farm.KillCoordinator(1);
  for (int i = 0; i < 3; ++i) farm.ResumeWorker(i);
  // They finish, and find nobody to tell.
  std::this_thread::sleep_for(std::chrono::seconds(1));
  farm.RestartDead();
  const JobView done = farm.Await(job, std::chrono::seconds(25));
  EXPECT_EQ(done.state, JobState::kSucceeded) << done.error;
  EXPECT_EQ(farm.CountLog("lease expired"), 0);
  for (const TaskView& task : farm.Tasks(job)) {
    if (std::find(held.begin(), held.end(), task.task_id) == held.end()) {
      continue;
    }
    EXPECT_EQ(task.attempt, 1) << task.task_id << " was done again";
  }
  farm.ExpectCleanAudit();
}

TEST(CoordinatorFaultsTest, ACoordinatorSuspendedBeyondALeaseAndResumed) {
  ChaosFarm farm({.lease_seconds = 1, .wait_ms_per_frame = kSlowFrameMs});
  const std::string job = farm.Submit("job");
  farm.AwaitSegments(job, 1);
  farm.SuspendCoordinator(0);
  std::this_thread::sleep_for(std::chrono::milliseconds(2500));
  farm.ResumeCoordinator(0);
  const JobView done = farm.Await(job);
  EXPECT_EQ(done.state, JobState::kSucceeded) << done.error;
  farm.ExpectCleanAudit();
}

// Worker 0 alone reports to coordinator 0, which hangs with a completion it has
// already decided on; when that reaches Redis, the segment is another's.
TEST(CoordinatorFaultsTest, WhatASuspendedCoordinatorDecidedIsRefusedLater) {
  RedisServer redis;
  RedisFault fault;
  TcpProxy proxy(redis.port(), fault.Taps());
  FarmOptions options{.lease_seconds = 1, .wait_ms_per_frame = kSlowFrameMs};
  options.ports = {FreePort(), FreePort()};
  for (int i = 0; i < options.workers; ++i) {
    options.worker_coordinators[i] =
        fmt::format("127.0.0.1:{}", options.ports[i == 0 ? 0 : 1]);
  }
  options.redis_urls[0] = "redis://" + proxy.address();
  ChaosFarm farm(options, &redis);
  const std::string job = farm.Submit("job");
  const std::string task = farm.SuspendMidSegment(job, 0);
  fault.Arm(RunsScript(coordinator::redis::kComplete), FaultPlace::kHeld,
            [&farm] { farm.coordinator(0).Signal(SIGSTOP); });
  farm.ResumeWorker(0);
  EXPECT_TRUE(Eventually([&] { return fault.has_struck(); }));
  farm.CountFault("coordinator suspended in mid-commit");
  EXPECT_TRUE(Eventually([&] {
    for (const TaskView& view : farm.Tasks(job)) {
      if (view.task_id == task) return view.state == TaskState::kSucceeded;
    }
    return false;
  })) << "nobody took "
      << task << " over";
  EXPECT_EQ(farm.CountLog("stale report refused", "coordinator-0"), 0);
  fault.Disarm();
  farm.ResumeCoordinator(0);
  EXPECT_TRUE(Eventually([&] {
    return farm.CountLog("stale report refused", "coordinator-0") > 0;
  })) << "what it decided on old state was not refused";
  const JobView done = farm.Await(job);
  EXPECT_EQ(done.state, JobState::kSucceeded) << done.error;
  farm.ExpectCleanAudit();
}

struct CommitCase {
  const char* name;
  RedisFault::Match match;
  FaultPlace place;
  int nth = 1;
  // So many coordinators die there. A submission needs one that lives.
  int armed = 2;
};

RedisFault::Match AddsAHint() {
  return [](const RedisCommand& command) {
    return command.size() > 1 && command[0] == "XADD";
  };
}

// Two coordinators that die at a place of their commits, each once.
class MidCommitFarm {
 public:
  explicit MidCommitFarm(FarmOptions options) {
    for (int i = 0; i < 2; ++i) {
      proxies_.push_back(
          std::make_unique<TcpProxy>(redis_.port(), faults_[i].Taps()));
      options.redis_urls[i] = "redis://" + proxies_[i]->address();
    }
    farm_ = std::make_unique<ChaosFarm>(options, &redis_);
  }

  ChaosFarm& farm() { return *farm_; }
  void Arm(const CommitCase& place) {
    for (int i = 0; i < place.armed; ++i) {
      const pid_t pid = farm_->coordinator(i).pid();
      faults_[i].Arm(
          place.match, place.place, [pid] { kill(pid, SIGKILL); }, place.nth);
    }
  }
  // Starting the dead again all the while.
  void ExpectSuccess(const std::string& job) {
    Eventually(
        [&] {
          farm_->RestartDead();
          return HasEnded(farm_->Get(job).state);
        },
        std::chrono::seconds(60));
    const JobView done = farm_->Await(job);
    EXPECT_EQ(done.state, JobState::kSucceeded) << done.error;
  }
  void ExpectStruckAndClean(const CommitCase& place) {
    const int struck = faults_[0].has_struck() + faults_[1].has_struck();
    EXPECT_GE(struck, 1) << "the place was never reached";
    farm_->CountFault(std::string("coordinator killed at ") + place.name,
                      struck);
    farm_->RestartDead();
    if (place.place == FaultPlace::kBefore) {
      farm_->ExpectCleanAudit();
      return;
    }
    // The queue's entry of a lease whose end no coordinator lived to see stays
    // for minutes, until it is swept. Nothing else may be left.
    for (const std::string& complaint : Audit(farm_->Collect())) {
      EXPECT_THAT(complaint, testing::HasSubstr("pending are left"));
    }
  }

 private:
  RedisServer redis_;
  RedisFault faults_[2];
  std::vector<std::unique_ptr<TcpProxy>> proxies_;
  std::unique_ptr<ChaosFarm> farm_;
};

class MidCommitTest : public testing::TestWithParam<CommitCase> {};

// Coordinators die at this place of a commit, each once, and are started again.
TEST_P(MidCommitTest, TheJobEndsWithTheSameBytes) {
  const CommitCase& place = GetParam();
  SmallJob small[2] = {kChaosJob, kChaosJob};
  for (int i = 0; i < 2; ++i) {
    small[i].seed = 20 + i;
    UndisturbedRun(small[i]);
  }
  MidCommitFarm struck({.lease_seconds = 1, .wait_ms_per_frame = kSlowFrameMs});
  // A submission needs a coordinator that lives.
  if (place.armed == 1) struck.Arm(place);
  std::string jobs[2];
  for (int i = 0; i < 2; ++i) {
    jobs[i] = struck.farm().Submit("job " + std::to_string(i), small[i]);
    struck.farm().RestartDead();
  }
  if (place.armed == 2) struck.Arm(place);
  for (const std::string& job : jobs) struck.ExpectSuccess(job);
  struck.ExpectStruckAndClean(place);
}

class MidHealTest : public testing::TestWithParam<CommitCase> {};

// A chunk is damaged, and who finds out dies over it.
TEST_P(MidHealTest, TheJobEndsWithTheSameBytes) {
  const CommitCase& place = GetParam();
  UndisturbedRun(kChaosJob);
  MidCommitFarm struck(
      {.workers = 1, .lease_seconds = 1, .wait_ms_per_frame = kSlowFrameMs});
  ChaosFarm& farm = struck.farm();
  farm.DamageArtifacts();
  const std::string job = farm.Submit("job");
  farm.AwaitSegments(job, 3);
  struck.Arm(place);
  const auto chunks = FinishedChunks(farm.redis(), job);
  ASSERT_FALSE(chunks.empty());
  ASSERT_TRUE(DamageFile(PathOf(farm, chunks[0]), Damage::kFlip));
  struck.ExpectSuccess(job);
  struck.ExpectStruckAndClean(place);
}

namespace scripts = coordinator::redis;

INSTANTIATE_TEST_SUITE_P(
    Places, MidCommitTest,
    testing::Values(
        // The manifest is written, the job is not.
        CommitCase{"ManifestButNoJob", RunsScript(scripts::kCreate),
                   FaultPlace::kBefore, 1, 1},
        CommitCase{"JobButNoAnswer", RunsScript(scripts::kCreate),
                   FaultPlace::kAfter, 1, 1},
        CommitCase{"TaskReadyButNoHint", AddsAHint(), FaultPlace::kBefore, 2},
        CommitCase{"LeaseButNoAnswer", RunsScript(scripts::kLease),
                   FaultPlace::kAfter, 3},
        // The result record is written, the task is not.
        CommitCase{"RecordButNoCompletion", RunsScript(scripts::kComplete),
                   FaultPlace::kBefore, 2},
        // Nothing that follows from it is planned, nobody was told.
        CommitCase{"CompletionButNoPlan", RunsScript(scripts::kComplete),
                   FaultPlace::kAfter, 2},
        CommitCase{"PlanButNoHints", RunsScript(scripts::kAddTasks),
                   FaultPlace::kAfter}),
    [](const auto& tested) { return std::string(tested.param.name); });

INSTANTIATE_TEST_SUITE_P(
    Places, MidHealTest,
    testing::Values(CommitCase{"LossFoundButNotHealed",
                               RunsScript(scripts::kHeal), FaultPlace::kBefore},
                    CommitCase{"HealedButNoAnswer", RunsScript(scripts::kHeal),
                               FaultPlace::kAfter}),
    [](const auto& tested) { return std::string(tested.param.name); });

}  // namespace
}  // namespace longtake::chaos
