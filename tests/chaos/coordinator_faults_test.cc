// Coordinators that die and hang, also in the middle of a commit.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <memory>
#include <thread>
#include <vector>

#include "coordinator/store/redis/store_scripts.h"
#include "tests/chaos/chaos_farm.h"
#include "tests/chaos/redis_fault.h"

namespace longtake::chaos {
namespace {

constexpr int kSlowFrameMs = 20;

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
  ChaosFarm farm({.wait_ms_per_frame = kSlowFrameMs});
  const std::string job = farm.Submit("job");
  farm.AwaitSegments(job, 2);
  farm.KillCoordinator(0);
  farm.KillCoordinator(1);
  farm.RestartDead();
  const JobView done = farm.Await(job);
  EXPECT_EQ(done.state, JobState::kSucceeded) << done.error;
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

struct CommitCase {
  const char* name;
  RedisFault::Match match;
  FaultPlace place;
  int nth = 1;
  // So many coordinators die there. A submission needs one that lives.
  int armed = 2;
};

RedisFault::Match RunsScript(const coordinator::redis::Script& script) {
  return
      [&script](const RedisCommand& command) { return Runs(command, script); };
}

RedisFault::Match AddsAHint() {
  return [](const RedisCommand& command) {
    return command.size() > 1 && command[0] == "XADD";
  };
}

class MidCommitTest : public testing::TestWithParam<CommitCase> {};

// Coordinators die at this place of a commit, each once, and are started again.
TEST_P(MidCommitTest, TheJobEndsWithTheSameBytes) {
  const CommitCase& place = GetParam();
  SmallJob small[2] = {kChaosJob, kChaosJob};
  for (int i = 0; i < 2; ++i) {
    small[i].seed = 20 + i;
    UndisturbedRun(small[i]);
  }
  RedisServer redis;
  RedisFault faults[2];
  std::vector<std::unique_ptr<TcpProxy>> proxies;
  FarmOptions options{.lease_seconds = 1, .wait_ms_per_frame = kSlowFrameMs};
  for (int i = 0; i < 2; ++i) {
    proxies.push_back(
        std::make_unique<TcpProxy>(redis.port(), faults[i].Taps()));
    options.redis_urls[i] = "redis://" + proxies[i]->address();
  }
  ChaosFarm farm(options, &redis);
  const auto arm = [&] {
    for (int i = 0; i < place.armed; ++i) {
      const pid_t pid = farm.coordinator(i).pid();
      faults[i].Arm(
          place.match, place.place, [pid] { kill(pid, SIGKILL); }, place.nth);
    }
  };
  // A submission needs a coordinator that lives.
  if (place.armed == 1) arm();
  std::string jobs[2];
  for (int i = 0; i < 2; ++i) {
    jobs[i] = farm.Submit("job " + std::to_string(i), small[i]);
    farm.RestartDead();
  }
  if (place.armed == 2) arm();
  for (const std::string& job : jobs) {
    Eventually(
        [&] {
          farm.RestartDead();
          return HasEnded(farm.Get(job).state);
        },
        std::chrono::seconds(60));
    const JobView done = farm.Await(job);
    EXPECT_EQ(done.state, JobState::kSucceeded) << done.error;
  }
  const int struck = faults[0].has_struck() + faults[1].has_struck();
  EXPECT_GE(struck, 1) << "the place was never reached";
  farm.CountFault(std::string("coordinator killed at ") + place.name, struck);
  farm.RestartDead();
  if (place.place == FaultPlace::kBefore) {
    farm.ExpectCleanAudit();
    return;
  }
  // The queue's entry of a lease whose end no coordinator lived to see stays
  // for minutes, until it is swept. Nothing else may be left.
  for (const std::string& complaint : Audit(farm.Collect())) {
    EXPECT_THAT(complaint, testing::HasSubstr("pending are left"));
  }
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

}  // namespace
}  // namespace longtake::chaos
