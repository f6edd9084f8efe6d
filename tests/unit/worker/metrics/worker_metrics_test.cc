#include "worker/metrics/worker_metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "common/testing/temp_dir.h"
#include "tests/support/metrics_text.h"

namespace longtake::worker {
namespace {

using ::testing::IsEmpty;

class WorkerMetricsTest : public ::testing::Test {
 protected:
  double Value(const std::string& series) {
    return SeriesValue(registry_.Expose(), series);
  }

  metrics::Registry registry_;
  WorkerMetrics metrics_{&registry_, "1.2.3", 4};
};

TEST_F(WorkerMetricsTest, TheDocumentListsWhatIsDeclared) {
  const std::string doc = ReadTextFile(LONGTAKE_DOCS_DIR "/metrics.md");
  MetricsByName documented = ParseMetricsDoc(doc, "longtake_worker_");
  documented.merge(ParseMetricsDoc(doc, "process_"));
  EXPECT_THAT(CompareMetrics(documented, ParseExposition(registry_.Expose())),
              IsEmpty());
}

TEST_F(WorkerMetricsTest, ASlotIsBusyFromBeginningToEnd) {
  EXPECT_EQ(Value("longtake_worker_slots"), 4);
  metrics_.TaskBegan();
  metrics_.TaskBegan();
  EXPECT_EQ(Value("longtake_worker_slots_busy"), 2);
  metrics_.TaskEnded(TaskKind::kRender, TaskOutcome::kDropped,
                     absl::Seconds(4));
  EXPECT_EQ(Value("longtake_worker_slots_busy"), 1);
  EXPECT_EQ(Value("longtake_worker_tasks_total{kind=\"render\","
                  "outcome=\"dropped\"}"),
            1);
  EXPECT_EQ(Value("longtake_worker_task_seconds_sum{kind=\"render\"}"), 4);
}

TEST_F(WorkerMetricsTest, ASegmentCountsByStageAndAsRealTime) {
  TaskTimings timings;
  timings.motion_micros = 500'000;
  timings.draw_micros = 4'000'000;
  timings.encode_micros = 2'000'000;
  timings.total_micros = 5'000'000;
  metrics_.SegmentRendered(250, {25, 1}, timings);
  EXPECT_EQ(Value("longtake_worker_segment_seconds_sum{stage=\"motion\"}"),
            0.5);
  EXPECT_EQ(Value("longtake_worker_segment_seconds_sum{stage=\"draw\"}"), 4);
  EXPECT_EQ(Value("longtake_worker_segment_seconds_sum{stage=\"encode\"}"), 2);
  EXPECT_EQ(Value("longtake_worker_segment_seconds_sum{stage=\"total\"}"), 5);
  EXPECT_EQ(Value("longtake_worker_segment_realtime_ratio_sum"), 2);
  EXPECT_EQ(Value("longtake_worker_frames_rendered_total"), 250);
  EXPECT_EQ(Value("longtake_worker_rendered_media_seconds_total"), 10);
}

TEST_F(WorkerMetricsTest, RenewalsCountByResult) {
  metrics_.RenewalDone(true);
  metrics_.RenewalDone(false);
  metrics_.RenewalDone(false);
  EXPECT_EQ(Value("longtake_worker_renewals_total{result=\"ok\"}"), 1);
  EXPECT_EQ(Value("longtake_worker_renewals_total{result=\"failed\"}"), 2);
}

TEST_F(WorkerMetricsTest, TheStoresBytesAreCounted) {
  TempDir dir;
  DirectoryStoreOptions options;
  options.root = dir.Join("store");
  auto opened = OpenDirectoryStore(options);
  ASSERT_TRUE(opened.ok()) << opened.status();
  const std::shared_ptr<ArtifactStore> store =
      CountBytes(*std::move(opened), metrics_);

  const auto blob = PutBlob(*store, std::string(1000, 'a'));
  ASSERT_TRUE(blob.ok()) << blob.status();
  const auto path = store->TemporaryPath(".bin");
  ASSERT_TRUE(path.ok()) << path.status();
  std::ofstream(*path) << std::string(50, 'b');
  ASSERT_TRUE(store->AdoptFile(*path).ok());
  EXPECT_EQ(Value("longtake_worker_artifact_written_bytes_total"), 1050);

  EXPECT_EQ(Value("longtake_worker_artifact_read_bytes_total"), 0);
  ASSERT_TRUE(store->ReadBlob(*blob, 990, 100).ok());
  EXPECT_EQ(Value("longtake_worker_artifact_read_bytes_total"), 10);
  ASSERT_TRUE(store->OpenBlob(*blob).ok());
  EXPECT_EQ(Value("longtake_worker_artifact_read_bytes_total"), 1010);
  BlobRef missing = *blob;
  missing.size_bytes = 999;
  EXPECT_FALSE(store->OpenBlob(missing).ok());
  EXPECT_EQ(Value("longtake_worker_artifact_read_bytes_total"), 1010);

  ASSERT_TRUE(store->Put("jobs/a", "x").ok());
  EXPECT_EQ(*store->Get("jobs/a"), "x");
}

TEST(WorkerMetricsWithoutRegistryTest, CountNothing) {
  for (const WorkerMetrics& metrics :
       {WorkerMetrics(), WorkerMetrics(nullptr, "1", 1)}) {
    metrics.TaskBegan();
    metrics.TaskEnded(TaskKind::kPlan, TaskOutcome::kFailed, absl::Seconds(1));
    metrics.SegmentRendered(1, {25, 1}, {});
  }
}

}  // namespace
}  // namespace longtake::worker
