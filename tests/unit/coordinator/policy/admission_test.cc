#include "coordinator/policy/admission.h"

#include <gtest/gtest.h>

namespace longtake::coordinator {
namespace {

std::vector<JobLoad> Jobs(int count, const std::string& tenant,
                          int open_tasks = 1) {
  std::vector<JobLoad> loads(count);
  for (JobLoad& load : loads) {
    load.tenant = tenant;
    load.draw.leased = open_tasks - 1;
    load.support.waiting = 1;
  }
  return loads;
}

TEST(AdmissionTest, ATenantsJobsAreLimited) {
  EXPECT_FALSE(RefuseJob({}, "a", {}));
  EXPECT_FALSE(RefuseJob(Jobs(999, "a"), "a", {}));
  EXPECT_FALSE(RefuseJob(Jobs(1000, "a"), "b", {}));
  const auto refused = RefuseJob(Jobs(1000, "a"), "a", {});
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->limit, JobLimit::kJobsPerTenant);
  EXPECT_EQ(refused->status.code(), StatusCode::kResourceExhausted);
  EXPECT_EQ(Message(refused->status),
            "tenant a has 1000 live jobs, its limit is 1000: submit again when "
            "some have ended, or cancel some");
}

TEST(AdmissionTest, ATenantMayHaveALimitOfItsOwn) {
  FarmLimits limits;
  limits.max_live_jobs_of = {{"big", 2000}, {"none", 0}};
  EXPECT_FALSE(RefuseJob(Jobs(1999, "big"), "big", limits));
  EXPECT_TRUE(RefuseJob(Jobs(2000, "big"), "big", limits));
  EXPECT_TRUE(RefuseJob({}, "none", limits));
}

TEST(AdmissionTest, PausedJobsCount) {
  FarmLimits limits;
  limits.max_live_jobs_per_tenant = 1;
  auto loads = Jobs(1, "a");
  loads[0].paused = true;
  EXPECT_TRUE(RefuseJob(loads, "a", limits));
}

TEST(AdmissionTest, TheFarmsJobsAreLimited) {
  EXPECT_FALSE(RefuseJob(Jobs(9999, "others"), "a", {}));
  const auto refused = RefuseJob(Jobs(10000, "others"), "a", {});
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->limit, JobLimit::kJobs);
  EXPECT_EQ(refused->status.code(), StatusCode::kResourceExhausted);
  EXPECT_EQ(Message(refused->status),
            "the farm has 10000 live jobs, its limit is 10000: submit again "
            "when some have ended");
}

TEST(AdmissionTest, TheFarmsTasksAreLimited) {
  EXPECT_FALSE(RefuseJob(Jobs(2, "others", 999'999), "a", {}));
  const auto refused = RefuseJob(Jobs(2, "others", 1'000'000), "a", {});
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->limit, JobLimit::kOpenTasks);
  EXPECT_EQ(refused->status.code(), StatusCode::kResourceExhausted);
  EXPECT_EQ(Message(refused->status),
            "the farm has 2000000 open tasks, its limit is 2000000: submit "
            "again when some are done");
  EXPECT_TRUE(RefuseJob(Jobs(2, "o", 2'000'000'000), "a", {}));
}

TEST(AdmissionTest, LengthIsExactAtEveryRate) {
  for (const FrameRate rate :
       {FrameRate{24000, 1001}, FrameRate{25, 1}, FrameRate{30000, 1001},
        FrameRate{30, 1}, FrameRate{50, 1}, FrameRate{60000, 1001}}) {
    // The frames whose start is within 12 h.
    const int64_t fits = int64_t{12} * 3600 * rate.num / rate.den;
    EXPECT_TRUE(AdmitLength(fits, rate, {}).ok()) << rate.num;
    const Status refused = AdmitLength(fits + 1, rate, {});
    EXPECT_EQ(refused.code(), StatusCode::kInvalidArgument) << rate.num;
  }
  EXPECT_TRUE(AdmitLength(0, {30, 1}, {}).ok());
}

TEST(AdmissionTest, TheRefusalOfALengthSaysWhatToDo) {
  EXPECT_EQ(Message(AdmitLength(1'407'600, {30000, 1001}, {})),
            "the job is 13h2m47s long (1407600 frames at 30000/1001 a second), "
            "the limit is 12h: split it into several jobs");
}

TEST(AdmissionTest, UploadsAreLimited) {
  FarmLimits limits;
  limits.max_upload_bytes = 1000;
  EXPECT_TRUE(AdmitUpload(1000, limits).ok());
  const Status refused = AdmitUpload(1001, limits);
  EXPECT_EQ(refused.code(), StatusCode::kResourceExhausted);
  EXPECT_EQ(Message(refused),
            "the upload has 1001 bytes, the limit is 1000: send a smaller or "
            "compressed file");
}

}  // namespace
}  // namespace longtake::coordinator
