#include "coordinator/metrics/coordinator_metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/metrics_text.h"

namespace longtake::coordinator {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class CoordinatorMetricsTest : public ::testing::Test {
 protected:
  double Value(const std::string& series) {
    return SeriesValue(registry_.Expose(), series);
  }

  metrics::Registry registry_;
  CoordinatorMetrics metrics_{
      &registry_,
      "1.2.3",
      {"longtake.v1.Farm/SubmitJob", "longtake.v1.Farm/GetJob"}};
};

TEST_F(CoordinatorMetricsTest, TheDocumentListsWhatIsDeclared) {
  metrics_.rpc.CallDone(0, 0, absl::Seconds(1));
  const std::string doc = ReadTextFile(LONGTAKE_DOCS_DIR "/metrics.md");
  MetricsByName documented = ParseMetricsDoc(doc, "longtake_coordinator_");
  documented.merge(ParseMetricsDoc(doc, "process_"));
  EXPECT_THAT(CompareMetrics(documented, ParseExposition(registry_.Expose())),
              IsEmpty());
}

TEST_F(CoordinatorMetricsTest, ALeaseCountsWithItsWait) {
  metrics_.schedule.TaskLeased(TaskKind::kRender, absl::Milliseconds(40));
  EXPECT_EQ(Value("longtake_coordinator_leases_total{kind=\"render\"}"), 1);
  EXPECT_EQ(Value("longtake_coordinator_lease_wait_seconds_bucket{"
                  "kind=\"render\",le=\"0.05\"}"),
            1);
  EXPECT_EQ(Value("longtake_coordinator_lease_wait_seconds_bucket{"
                  "kind=\"render\",le=\"0.025\"}"),
            0);
}

TEST_F(CoordinatorMetricsTest, AttemptsCountByKindAndOutcome) {
  metrics_.schedule.AttemptEnded(TaskKind::kAssemble, AttemptOutcome::kExpired,
                                 absl::Seconds(3));
  EXPECT_EQ(Value("longtake_coordinator_attempts_total{kind=\"assemble\","
                  "outcome=\"expired\"}"),
            1);
  EXPECT_EQ(Value("longtake_coordinator_attempts_total{kind=\"assemble\","
                  "outcome=\"completed\"}"),
            0);
  EXPECT_EQ(
      Value("longtake_coordinator_attempt_seconds_sum{kind=\"assemble\"}"), 3);
}

TEST_F(CoordinatorMetricsTest, EachLostResultCounts) {
  metrics_.schedule.ResultsLost(1);
  metrics_.schedule.ResultsLost(2);
  EXPECT_EQ(Value("longtake_coordinator_lost_results_total"), 3);
}

TEST_F(CoordinatorMetricsTest, MediaTimeIsFramesOverRate) {
  metrics_.schedule.SegmentRendered(300, {30000, 1001});
  EXPECT_EQ(Value("longtake_coordinator_frames_rendered_total"), 300);
  EXPECT_NEAR(Value("longtake_coordinator_rendered_media_seconds_total"), 10.01,
              1e-9);
}

TEST_F(CoordinatorMetricsTest, SeamsCountByVerdict) {
  SeamScore seam;
  seam.verdict = SeamVerdict::kFail;
  seam.psnr_db = 33;
  seam.ratio = 3.5;
  metrics_.schedule.SeamScored(seam);
  EXPECT_EQ(Value("longtake_coordinator_seams_total{verdict=\"fail\"}"), 1);
  EXPECT_EQ(Value("longtake_coordinator_seam_psnr_decibels_sum"), 33);
  EXPECT_EQ(Value("longtake_coordinator_seam_jump_ratio_bucket{le=\"3\"}"), 0);
}

TEST_F(CoordinatorMetricsTest, OnlyJobsThatSucceededHaveASpeed) {
  metrics_.schedule.JobEnded(JobState::kSucceeded, absl::Seconds(20), 60);
  metrics_.schedule.JobEnded(JobState::kFailed, absl::Seconds(20), 0);
  metrics_.schedule.JobEnded(JobState::kCancelled, absl::Seconds(20), 0);
  metrics_.schedule.JobEnded(JobState::kRunning, absl::Seconds(20), 0);
  EXPECT_EQ(Value("longtake_coordinator_jobs_ended_total{state=\"succeeded\"}"),
            1);
  EXPECT_EQ(Value("longtake_coordinator_jobs_ended_total{state=\"failed\"}"),
            1);
  EXPECT_EQ(Value("longtake_coordinator_jobs_ended_total{state=\"cancelled\"}"),
            1);
  EXPECT_EQ(Value("longtake_coordinator_job_realtime_ratio_count"), 1);
  EXPECT_EQ(Value("longtake_coordinator_job_realtime_ratio_sum"), 3);
  EXPECT_EQ(Value("longtake_coordinator_job_seconds_count"), 1);
}

TEST_F(CoordinatorMetricsTest, RedisCommandsHaveSeriesUpToALimit) {
  metrics_.redis.CommandDone("lease", absl::Milliseconds(2), true);
  metrics_.redis.CommandDone("lease", absl::Milliseconds(2), false);
  EXPECT_EQ(Value("longtake_coordinator_redis_command_seconds_count{"
                  "command=\"lease\"}"),
            2);
  EXPECT_EQ(Value("longtake_coordinator_redis_errors_total{command=\"lease\"}"),
            1);
  for (size_t i = 0; i < RedisMetrics::kMaxCommands; ++i) {
    metrics_.redis.CommandDone(std::to_string(i), absl::ZeroDuration(), true);
  }
  EXPECT_EQ(Value("longtake_coordinator_redis_command_seconds_count{"
                  "command=\"other\"}"),
            1);
}

TEST_F(CoordinatorMetricsTest, CallsCountByMethodAndCode) {
  const RpcMetrics& rpc = metrics_.rpc;
  rpc.CallDone(rpc.IndexOf("longtake.v1.Farm/SubmitJob"), 14,
               absl::Milliseconds(3));
  rpc.CallDone(rpc.IndexOf("grpc.health.v1.Health/Check"), 0,
               absl::Milliseconds(3));
  rpc.CallDone(rpc.IndexOf("longtake.v1.Farm/GetJob"), 99, absl::Seconds(1));
  EXPECT_EQ(Value("longtake_coordinator_rpcs_total{code=\"UNAVAILABLE\","
                  "method=\"SubmitJob\",service=\"longtake.v1.Farm\"}"),
            1);
  EXPECT_EQ(Value("longtake_coordinator_rpcs_total{code=\"OK\","
                  "method=\"other\",service=\"other\"}"),
            1);
  EXPECT_EQ(Value("longtake_coordinator_rpcs_total{code=\"UNKNOWN\","
                  "method=\"GetJob\",service=\"longtake.v1.Farm\"}"),
            1);
  EXPECT_EQ(Value("longtake_coordinator_rpc_seconds_count{"
                  "method=\"SubmitJob\",service=\"longtake.v1.Farm\"}"),
            1);
}

TEST_F(CoordinatorMetricsTest, WhatIsRefusedCountsForTheLimitThatItMet) {
  metrics_.schedule.Refused(FarmLimit::kJobsPerTenant);
  metrics_.schedule.Refused(FarmLimit::kOpenTasks);
  metrics_.schedule.Refused(FarmLimit::kOpenTasks);
  const auto refused = [this](const std::string& limit) {
    return Value("longtake_coordinator_refused_total{limit=\"" + limit + "\"}");
  };
  EXPECT_EQ(refused("jobs_per_tenant"), 1);
  EXPECT_EQ(refused("jobs"), 0);
  EXPECT_EQ(refused("open_tasks"), 2);
  EXPECT_EQ(refused("job_length"), 0);
  EXPECT_EQ(refused("upload_size"), 0);
}

TEST_F(CoordinatorMetricsTest, ASampleReplacesTheOneBefore) {
  FarmSample sample;
  sample.queues = {{"gpu", 5, 100, 20, 3, 1}, {"", 0, 7, 0, 0, 0}};
  sample.by_pool["gpu"] = {2, 4, 3};
  sample.all = {3, 6, 3};
  sample.running_jobs = 2;
  sample.quarantined_workers = 1;
  metrics_.farm.Show(sample);
  EXPECT_EQ(Value("longtake_coordinator_queue_tasks{pool=\"gpu\","
                  "priority=\"5\",state=\"backlog\"}"),
            100);
  EXPECT_EQ(Value("longtake_coordinator_queue_tasks{pool=\"any\","
                  "priority=\"0\",state=\"backlog\"}"),
            7);
  EXPECT_EQ(Value("longtake_coordinator_pool_slots{pool=\"gpu\"}"), 4);
  EXPECT_EQ(Value("longtake_coordinator_pool_slots{pool=\"any\"}"), 6);
  EXPECT_EQ(Value("longtake_coordinator_jobs{state=\"running\"}"), 2);
  EXPECT_EQ(Value("longtake_coordinator_workers{state=\"quarantined\"}"), 1);

  metrics_.farm.Show({});
  const std::string text = registry_.Expose();
  EXPECT_THAT(text, Not(HasSubstr("pool=\"gpu\"")));
  EXPECT_EQ(Value("longtake_coordinator_pool_workers{pool=\"any\"}"), 0);
  EXPECT_EQ(Value("longtake_coordinator_jobs{state=\"running\"}"), 0);
}

TEST_F(CoordinatorMetricsTest, ACertificateIsShownOnceThereIsOne) {
  const std::string name =
      "longtake_coordinator_certificate_expiry_timestamp_seconds";
  EXPECT_EQ(Value(name), -1);
  metrics_.farm.ShowCertificateExpiry(absl::FromUnixSeconds(1800000000));
  EXPECT_EQ(Value(name), 1800000000);
}

TEST(CoordinatorMetricsWithoutRegistryTest, CountNothing) {
  for (const CoordinatorMetrics& metrics :
       {CoordinatorMetrics(), CoordinatorMetrics(nullptr, "1", {"a/b"})}) {
    metrics.schedule.TaskLeased(TaskKind::kPlan, absl::Seconds(1));
    metrics.schedule.JobEnded(JobState::kSucceeded, absl::Seconds(1), 1);
    metrics.redis.CommandDone("GET", absl::Seconds(1), false);
    metrics.rpc.CallDone(metrics.rpc.IndexOf("a/b"), 0, absl::Seconds(1));
    metrics.farm.Show({});
  }
}

}  // namespace
}  // namespace longtake::coordinator
