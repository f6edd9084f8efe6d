#include "coordinator/policy/worker_health.h"

#include <gtest/gtest.h>

#include <set>

namespace longtake::coordinator {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(100000);
constexpr StatusCode kBroken = StatusCode::kInternal;

WorkerHealth Failing(WorkerHealth health, const std::string& task,
                     absl::Time now = kNow) {
  return AfterFailure(health, task, kBroken, now, {});
}

WorkerHealth InQuarantine() {
  return Failing(Failing(Failing({}, "j/a"), "j/b"), "j/c");
}

TEST(WorkerHealthTest, ThreeDifferentTasksInARowAreAQuarantine) {
  WorkerHealth health = Failing(Failing({}, "j/a"), "j/b");
  EXPECT_FALSE(IsQuarantined(health, kNow));
  EXPECT_EQ(LeasesAllowed(health, 4, kNow), 4);
  health = Failing(health, "other/b");
  EXPECT_TRUE(IsQuarantined(health, kNow));
  EXPECT_EQ(LeasesAllowed(health, 4, kNow), 0);
  EXPECT_EQ(health.quarantined_until, kNow + absl::Seconds(60));
}

TEST(WorkerHealthTest, TheSameTaskAgainIsTheTasksFault) {
  WorkerHealth health;
  for (int i = 0; i < 10; ++i) health = Failing(health, "j/a");
  EXPECT_FALSE(IsQuarantined(health, kNow));
  EXPECT_EQ(health.failed_in_a_row.size(), 1u);
}

TEST(WorkerHealthTest, ASuccessBetweenStartsTheRowAnew) {
  WorkerHealth health = Failing(Failing({}, "j/a"), "j/b");
  health = Failing(AfterSuccess(), "j/c");
  EXPECT_FALSE(IsQuarantined(health, kNow));
}

TEST(WorkerHealthTest, EveryCodeIsTheWorkersFaultOrNot) {
  const std::set<StatusCode> not_its_fault = {
      StatusCode::kOk,        StatusCode::kInvalidArgument,
      StatusCode::kDataLoss,  StatusCode::kFailedPrecondition,
      StatusCode::kNotFound,  StatusCode::kOutOfRange,
      StatusCode::kCancelled, StatusCode::kUnimplemented};
  for (int code = 0; code <= 16; ++code) {
    const auto status_code = static_cast<StatusCode>(code);
    const bool its_fault = !not_its_fault.contains(status_code);
    EXPECT_EQ(IsTheWorkersFault(status_code), its_fault) << code;
    const WorkerHealth after = AfterFailure({}, "j/a", status_code, kNow, {});
    EXPECT_EQ(after == WorkerHealth(), !its_fault) << code;
  }
}

TEST(WorkerHealthTest, AfterQuarantineItGetsOneTaskAndAFailureSendsItBack) {
  WorkerHealth health = InQuarantine();
  absl::Time now = kNow;
  for (const int next_s : {120, 240, 480, 900, 900}) {
    now = health.quarantined_until;
    EXPECT_FALSE(IsQuarantined(health, now));
    EXPECT_EQ(LeasesAllowed(health, 4, now), 1);
    // A bad input says nothing, not even now.
    EXPECT_EQ(AfterFailure(health, "j/x", StatusCode::kNotFound, now, {}),
              health);
    health = Failing(health, "j/x", now);
    EXPECT_EQ(health.quarantined_until, now + absl::Seconds(next_s));
  }
  for (int i = 0; i < 100; ++i) {
    now = health.quarantined_until;
    health = Failing(health, "j/x", now);
  }
  EXPECT_EQ(health.quarantined_until, now + absl::Minutes(15));
}

TEST(WorkerHealthTest, ASuccessClearsEverything) {
  WorkerHealth health = Failing(InQuarantine(), "j/d", kNow + absl::Hours(1));
  EXPECT_EQ(health.quarantines, 2);
  health = AfterSuccess();
  EXPECT_EQ(health, WorkerHealth());
  EXPECT_EQ(LeasesAllowed(health, 4, kNow), 4);
  EXPECT_EQ(InQuarantine().quarantined_until - kNow, absl::Seconds(60));
}

TEST(WorkerHealthTest, TasksItHeldBeforeItsQuarantineDoNotProlongIt) {
  const WorkerHealth health = InQuarantine();
  EXPECT_EQ(Failing(health, "j/d", kNow + absl::Seconds(59)), health);
}

}  // namespace
}  // namespace longtake::coordinator
