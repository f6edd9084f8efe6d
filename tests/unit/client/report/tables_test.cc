#include "client/report/tables.h"

#include <gtest/gtest.h>

namespace longtake::client {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(100000);

TEST(FormatTableTest, ColumnsAreAsWideAsTheirWidestCell) {
  EXPECT_EQ(FormatTable({{"A", "LONG", "C"}, {"wide", "x", "y"}}),
            "A     LONG  C\nwide  x     y\n");
  EXPECT_EQ(FormatTable({}), "");
}

TEST(JobsTableTest, UnknownFiguresAreDashes) {
  JobView job;
  job.job_id = "ab12";
  job.progress.segments_total = 0;
  const std::string text = JobsTable({job}, kNow);
  EXPECT_NE(text.find("ab12  queued  -"), std::string::npos) << text;
}

TEST(JobDetailsTest, ShowsErrorLabelsAndSeamsBeyondTheGate) {
  JobView job;
  job.job_id = "ab12";
  job.state = JobState::kFailed;
  job.error = FailedPrecondition("seam at frame 600: ratio 4.00");
  job.spec.labels = {{"episode", "7"}};
  job.seams = {{300, 1, 99, 0, SeamVerdict::kPass, false},
               {600, 4, 30, 0, SeamVerdict::kFail, false}};
  job.submitted_at_micros = absl::ToUnixMicros(kNow - absl::Seconds(61));
  const std::string text = JobDetails(job, kNow);
  EXPECT_NE(text.find("episode=7"), std::string::npos);
  EXPECT_NE(text.find("1:01 ago"), std::string::npos);
  EXPECT_NE(text.find("frame 600: ratio 4.00, 30.0 dB, fail"),
            std::string::npos)
      << text;
  EXPECT_EQ(text.find("frame 300"), std::string::npos);
}

TEST(SegmentsTableTest, SeamBelongsToTheSegmentAfterIt) {
  std::vector<TaskView> tasks(2);
  tasks[0].task_id = "render-00000-g0";
  tasks[0].segment = 0;
  tasks[0].range = {0, 300};
  tasks[0].from_cache = true;
  tasks[1].task_id = "render-00001-g0";
  tasks[1].segment = 1;
  tasks[1].range = {300, 600};
  tasks[1].worker_id = std::string("w1");
  const std::string text =
      SegmentsTable(tasks, {{300, 1.25, 99, 0, SeamVerdict::kPass, false}});
  EXPECT_NE(text.find("0-299    0     0        cache   0.0      -"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("1.25 pass"), std::string::npos);
}

TEST(WorkersTableTest, ShowsLoadAndDraining) {
  const std::string text =
      WorkersTable({{"w1", "0.1.0", 4, 3, "cpu", true,
                     absl::ToUnixMicros(kNow - absl::Seconds(5))}},
                   kNow);
  EXPECT_NE(text.find("w1      0.1.0    3/4   draining  0:05 ago  cpu"),
            std::string::npos)
      << text;
}

}  // namespace
}  // namespace longtake::client
