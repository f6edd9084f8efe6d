// Jobs that want less than a take, or want it in order, on a whole farm: a part
// of the take, a dry run, renders in order of time.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "tests/integration/farm_fixture.h"

namespace longtake {
namespace {

using ::testing::Each;
using ::testing::Field;

TEST(JobPartsTest, APartHasTheWholeTakesFramesAndSegments) {
  Farm farm;
  farm.AddWorker("a", {}, 2);
  JobSpec spec = farm.MakeSpec({});
  const JobView whole = farm.Run(spec);
  ASSERT_EQ(whole.state, JobState::kSucceeded) << whole.error;
  spec.range = {50, 200};
  const JobView part = farm.Run(spec);
  ASSERT_EQ(part.state, JobState::kSucceeded) << part.error;
  EXPECT_EQ(part.spec.range, spec.range);
  EXPECT_EQ(part.progress.frames_total, 150);
  EXPECT_EQ(part.progress.frames_done, 150);
  // The ends alone are rendered.
  EXPECT_EQ(part.progress.segments_rendered, 2);
  EXPECT_GT(part.progress.segments_total, 3);
  for (const SeamScore& seam : part.seams) EXPECT_EQ(seam.psnr_db, 99);
  const worker::DecodedVideo all = farm.DecodeTake(whole);
  const worker::DecodedVideo some = farm.DecodeTake(part);
  ASSERT_EQ(some.frames.size(), 150u);
  for (size_t f = 0; f < some.frames.size(); ++f) {
    EXPECT_EQ(some.pts[f], int64_t(f));
    ASSERT_TRUE(some.frames[f] == all.frames[50 + f]) << f;
  }
}

TEST(JobPartsTest, ARangePastTheEndFailsTheJob) {
  Farm farm;
  farm.AddWorker("a");
  JobSpec spec = farm.MakeSpec({});
  spec.range = {10, 301};
  const JobView job = farm.Run(spec);
  EXPECT_EQ(job.state, JobState::kFailed);
  EXPECT_EQ(job.error.code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(Message(job.error),
              testing::HasSubstr("the audio ends at frame 300"));
}

TEST(JobPartsTest, ADryRunTellsWhatTheCacheHas) {
  Farm farm;
  farm.AddWorker("a", {}, 2);
  SmallJob job;
  JobSpec spec = farm.MakeSpec(job);
  spec.dry_run = true;
  const JobView before = farm.Run(spec);
  ASSERT_EQ(before.state, JobState::kSucceeded) << before.error;
  EXPECT_TRUE(before.take.empty());
  EXPECT_EQ(before.progress.frames_total, 300);
  EXPECT_EQ(before.progress.segments_rendered, 0);
  const std::vector<TaskView> none = farm.Renders(before.job_id);
  ASSERT_EQ(std::ssize(none), before.progress.segments_total);
  EXPECT_THAT(none, Each(Field(&TaskView::state, TaskState::kReady)));
  EXPECT_EQ(none.back().range.end, 300);

  spec.dry_run = false;
  const JobView rendered = farm.Run(spec);
  ASSERT_EQ(rendered.state, JobState::kSucceeded) << rendered.error;
  for (const TaskView& render : farm.Renders(rendered.job_id)) {
    EXPECT_FALSE(render.chunk.empty());
    EXPECT_TRUE(farm.artifacts().HasBlob(render.chunk));
  }
  spec.dry_run = true;
  const JobView after = farm.Run(spec);
  EXPECT_THAT(farm.Renders(after.job_id),
              Each(Field(&TaskView::from_cache, true)));

  // What was damaged is to be rendered again.
  const TaskView first = farm.Renders(rendered.job_id).front();
  worker::WriteBytes((*farm.artifacts().OpenBlob(first.chunk))->path(), "x");
  const JobView damaged = farm.Run(spec);
  const std::vector<TaskView> list = farm.Renders(damaged.job_id);
  EXPECT_EQ(std::count_if(list.begin(), list.end(),
                          [](const TaskView& t) { return !t.from_cache; }),
            1);
  EXPECT_FALSE(list.front().from_cache);
}

// Workers that stay with their job past the queue would leave its first
// segments lying there.
TEST(JobPartsTest, RendersGoOutInOrderWhereTheyAreWatched) {
  Farm farm;
  for (const char* id : {"a", "b", "c"}) {
    farm.AddWorker(id, {.wait_per_frame = absl::Milliseconds(15)});
  }
  JobSpec spec = farm.MakeSpec({.segment_millis = 100});
  spec.in_order = true;
  const JobView job = farm.Run(spec);
  ASSERT_EQ(job.state, JobState::kSucceeded) << job.error;
  std::vector<TaskView> renders = farm.Renders(job.job_id);
  ASSERT_EQ(renders.size(), 100u);
  std::sort(renders.begin(), renders.end(),
            [](const TaskView& a, const TaskView& b) {
              return a.attempts.front().leased_at_micros <
                     b.attempts.front().leased_at_micros;
            });
  for (int i = 0; i < 100; ++i) {
    EXPECT_LE(std::abs(renders[static_cast<size_t>(i)].segment - i), 3) << i;
  }
}

}  // namespace
}  // namespace longtake
