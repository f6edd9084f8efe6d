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
  EXPECT_NE(text.find("ab12  0         queued  -"), std::string::npos) << text;
}

TEST(JobsTableTest, PrioritiesShowAndTenantsWhereThereAreSeveral) {
  JobView mine;
  mine.job_id = "ab12";
  mine.tenant = "studio";
  mine.spec.priority = 50;
  JobView other = mine;
  other.job_id = "cd34";
  other.spec.priority = -10;
  EXPECT_EQ(JobsTable({mine, other}, kNow),
            "JOB   PRIORITY  STATE   STAGE  DONE  SEGMENTS  SUBMITTED  AUDIO\n"
            "ab12  50        queued  -      -     0/0       -          -\n"
            "cd34  -10       queued  -      -     0/0       -          -\n");
  other.tenant = "acme";
  const std::string text = JobsTable({mine, other}, kNow);
  EXPECT_NE(text.find("JOB   TENANT  PRIORITY"), std::string::npos) << text;
  EXPECT_NE(text.find("ab12  studio  50"), std::string::npos) << text;
  EXPECT_NE(text.find("cd34  acme    -10"), std::string::npos) << text;
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

TEST(WorkersTableTest, ShowsLoadPoolsAndState) {
  WorkerView draining;
  draining.worker_id = "w1";
  draining.version = "0.1.0";
  draining.slots = 4;
  draining.busy = 3;
  draining.numerics_class = "cpu";
  draining.draining = true;
  draining.last_seen_micros = absl::ToUnixMicros(kNow - absl::Seconds(5));
  WorkerView bad = draining;
  bad.worker_id = "w2";
  bad.draining = false;
  bad.pools = {"gpu", "night"};
  bad.gpu_memory_bytes = int64_t{24} << 30;
  bad.capabilities = {"nvenc"};
  bad.quarantined_until_micros = absl::ToUnixMicros(kNow + absl::Seconds(90));
  EXPECT_EQ(WorkersTable({draining, bad}, kNow),
            "WORKER  VERSION  BUSY  STATE             SEEN      POOLS      "
            "GPU     CAPABILITIES  NUMERICS\n"
            "w1      0.1.0    3/4   draining          0:05 ago  -          "
            "-       -             cpu\n"
            "w2      0.1.0    3/4   quarantined 1:30  0:05 ago  gpu,night  "
            "24 GiB  nvenc         cpu\n");
  bad.quarantined_until_micros = absl::ToUnixMicros(kNow - absl::Seconds(1));
  EXPECT_NE(WorkersTable({bad}, kNow).find("working"), std::string::npos);
}

TEST(QueueTablesTest, ShowsDepthsAndShares) {
  QueueView queue;
  queue.depths = {{"", 0, 12, 3, 2, 1}, {"gpu", 10, 0, 1, 0, 0}};
  queue.tenants = {{"studio", 1.5, 3, 12, 4, 2}};
  EXPECT_EQ(QueueTables(queue),
            "POOL  PRIORITY  BACKLOG  QUEUED  RUNNING  RETRY LATER\n"
            "any   0         12       3       2        1\n"
            "gpu   10        0        1       0        0\n"
            "\n"
            "TENANT  WEIGHT  JOBS  BACKLOG  QUEUED  RUNNING\n"
            "studio  1.5     3     12       4       2\n");
}

TEST(JobStateTextTest, PausedShowsUntilTheEnd) {
  JobView job;
  job.state = JobState::kRunning;
  job.paused = true;
  EXPECT_EQ(JobStateText(job), "running, paused");
  EXPECT_NE(JobsTable({job}, kNow).find("running, paused"), std::string::npos);
  EXPECT_NE(JobDetails(job, kNow).find("running, paused"), std::string::npos);
  job.state = JobState::kCancelled;
  EXPECT_EQ(JobStateText(job), "cancelled");
}

TEST(NeedsTextTest, NamesAllThatIsNeeded) {
  EXPECT_EQ(NeedsText({}), "any worker");
  EXPECT_EQ(NeedsText({"gpu", int64_t{24} << 30, {"nvenc", "x"}}),
            "pool gpu, 24 GiB GPU memory, nvenc, x");
}

TEST(FormatBytesTest, PicksTheUnit) {
  EXPECT_EQ(FormatBytes(0), "0 B");
  EXPECT_EQ(FormatBytes(1023), "1023 B");
  EXPECT_EQ(FormatBytes(1536), "1.5 KiB");
  EXPECT_EQ(FormatBytes(int64_t{300} << 40), "300 TiB");
}

}  // namespace
}  // namespace longtake::client
