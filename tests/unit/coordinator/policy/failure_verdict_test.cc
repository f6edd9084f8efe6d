#include "coordinator/policy/failure_verdict.h"

#include <gtest/gtest.h>

namespace longtake::coordinator {
namespace {

TaskRecord Failed(int failures, const std::vector<std::string>& on) {
  TaskRecord task;
  task.task_id = "render-00012-g0";
  task.failures = failures;
  task.failed_workers = on;
  return task;
}

TEST(FailureVerdictTest, WorkersFailuresAndTheCapDecide) {
  struct Case {
    int failures_before;
    std::vector<std::string> failed_on;
    std::string now_on;
    int eligible;
    bool ends;
    const char* why;
  };
  const Case cases[] = {
      {0, {}, "w1", 10, false, "its first failure"},
      {0, {}, "w1", 1, false, "the only worker, but a passing error"},
      {0, {}, "w1", 0, false, "even if that worker is about to leave"},
      {1, {"w1"}, "w1", 1, false, "the second on the only worker"},
      {2, {"w1"}, "w1", 1, true, "the third on the only worker"},
      {1, {"w1"}, "w2", 2, false, "both workers, but only twice"},
      {2, {"w1", "w2"}, "w1", 2, true, "both workers, three times"},
      {2, {"w1"}, "w1", 2, false, "the other has not tried"},
      {2, {"w1", "w2"}, "w3", 10, true, "three workers"},
      {2, {"w1", "w2"}, "w2", 10, false, "two of ten workers"},
      {3, {"w1"}, "w1", 10, true, "the cap of four"},
      {9, {"w1"}, "w1", 10, true, "beyond the cap"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(EndsTheJob(Failed(c.failures_before, c.failed_on), c.now_on,
                         c.eligible, {}),
              c.ends)
        << c.why;
  }
}

TEST(FailureVerdictTest, TheCapCountsBeforeTheWorkersDo) {
  FailurePolicy once;
  once.max_failures = 1;
  EXPECT_TRUE(EndsTheJob(Failed(0, {}), "w1", 10, once));
}

TEST(FailureVerdictTest, LostLeasesAreNoFailures) {
  TaskRecord task = Failed(0, {});
  task.attempt = 50;
  task.expiries = 7;
  EXPECT_FALSE(EndsTheJob(task, "w1", 1, {}));
}

TEST(FailureVerdictTest, TheReasonSaysHowOftenWhereAndWhy) {
  const Status error = Unavailable("no GPU");
  EXPECT_EQ(WhyItEnds(Failed(2, {"w1", "w3"}), "w2", error),
            "render-00012-g0 failed 3 times on 3 workers, last on w2: "
            "UNAVAILABLE: no GPU");
  EXPECT_EQ(WhyItEnds(Failed(2, {"w2"}), "w2", error),
            "render-00012-g0 failed 3 times on 1 worker, last on w2: "
            "UNAVAILABLE: no GPU");
  EXPECT_EQ(WhyItEnds(Failed(0, {}), "w2", error),
            "render-00012-g0 failed on w2: UNAVAILABLE: no GPU");
}

}  // namespace
}  // namespace longtake::coordinator
