// Coordinators that die in the middle of a commit.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <memory>
#include <string>
#include <vector>

#include "coordinator/store/redis/store_scripts.h"
#include "tests/chaos/chaos_farm.h"
#include "tests/chaos/redis_fault.h"
#include "tests/chaos/stored_results.h"

namespace longtake::chaos {
namespace {

constexpr int kSlowFrameMs = 20;

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
          return HasEnded(farm_->Get(job, std::chrono::seconds(1)).state);
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
        CommitCase{"ManifestButNoJob", RedisFault::Running(scripts::kCreate),
                   FaultPlace::kBefore, 1, 1},
        CommitCase{"JobButNoAnswer", RedisFault::Running(scripts::kCreate),
                   FaultPlace::kAfter, 1, 1},
        CommitCase{"TaskReadyButNoHint", AddsAHint(), FaultPlace::kBefore, 2},
        CommitCase{"LeaseButNoAnswer", RedisFault::Running(scripts::kLease),
                   FaultPlace::kAfter, 3},
        // The result record is written, the task is not.
        CommitCase{"RecordButNoCompletion",
                   RedisFault::Running(scripts::kComplete), FaultPlace::kBefore,
                   2},
        // Nothing that follows from it is planned, nobody was told.
        CommitCase{"CompletionButNoPlan",
                   RedisFault::Running(scripts::kComplete), FaultPlace::kAfter,
                   2},
        CommitCase{"PlanButNoHints", RedisFault::Running(scripts::kAddTasks),
                   FaultPlace::kAfter}),
    [](const auto& tested) { return std::string(tested.param.name); });

INSTANTIATE_TEST_SUITE_P(
    Places, MidHealTest,
    testing::Values(CommitCase{"LossFoundButNotHealed",
                               RedisFault::Running(scripts::kHeal),
                               FaultPlace::kBefore},
                    CommitCase{"HealedButNoAnswer",
                               RedisFault::Running(scripts::kHeal),
                               FaultPlace::kAfter}),
    [](const auto& tested) { return std::string(tested.param.name); });

}  // namespace
}  // namespace longtake::chaos
