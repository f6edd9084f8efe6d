// The promises of the main job, on a whole farm: the same bytes for any number
// of workers, the same frames for any segmentation, nothing rendered twice.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <set>

#include "tests/integration/farm_fixture.h"

namespace longtake {
namespace {

int Rendered(const JobView& job) { return job.progress.segments_rendered; }

TEST(MainJobTest, OneWorkerAndThreeGiveTheSameBytes) {
  std::string bytes;
  for (const int workers : {1, 3}) {
    Farm farm;
    for (int i = 0; i < workers; ++i) {
      farm.AddWorker("worker-" + std::to_string(i));
    }
    const JobView job = farm.Run(farm.MakeSpec({.crf = 23}));
    ASSERT_EQ(job.state, JobState::kSucceeded) << job.error;
    EXPECT_EQ(Rendered(job), job.progress.segments_total);
    const std::string take = farm.TakeBytes(job);
    ASSERT_FALSE(take.empty());
    if (bytes.empty()) bytes = take;
    EXPECT_TRUE(bytes == take) << "bytes differ with " << workers << " workers";
  }
}

TEST(MainJobTest, SlowAndFastWorkersInAnyOrderGiveTheSameBytes) {
  std::string bytes;
  for (const int slow : {0, 1, 2}) {
    Farm farm;
    for (int i = 0; i < 3; ++i) {
      worker::SyntheticFaults faults;
      if (i == slow) faults.wait_per_frame = absl::Milliseconds(3);
      farm.AddWorker("worker-" + std::to_string(i), faults);
    }
    const JobView job =
        farm.Run(farm.MakeSpec({.crf = 23, .segment_millis = 500}));
    ASSERT_EQ(job.state, JobState::kSucceeded) << job.error;
    const std::string take = farm.TakeBytes(job);
    if (bytes.empty()) bytes = take;
    EXPECT_TRUE(bytes == take) << "worker " << slow << " slow";
  }
}

TEST(MainJobTest, AnySegmentationDecodesToTheSameFrames) {
  Farm farm;
  farm.AddWorker("a", {}, 2);
  worker::DecodedVideo whole;
  for (const int segments : {1, 7, 50}) {
    SCOPED_TRACE(segments);
    const JobView job =
        farm.Run(farm.MakeSpec({.segment_millis = 10000 / segments}));
    ASSERT_EQ(job.state, JobState::kSucceeded) << job.error;
    if (segments == 1) {
      EXPECT_EQ(job.progress.segments_total, 1);
    } else {
      EXPECT_NEAR(job.progress.segments_total, segments, segments * 0.15 + 1);
    }
    EXPECT_EQ(job.seams.size() + 1, size_t(job.progress.segments_total));
    for (const SeamScore& seam : job.seams) {
      EXPECT_EQ(seam.psnr_db, 99) << "overlap differs at frame " << seam.frame;
      EXPECT_EQ(seam.motion_distance, 0) << seam.frame;
    }
    const worker::DecodedVideo video = farm.DecodeTake(job);
    ASSERT_EQ(video.frames.size(), 300u);
    if (whole.frames.empty()) whole = video;
    for (size_t f = 0; f < video.frames.size(); ++f) {
      ASSERT_TRUE(video.frames[f] == whole.frames[f]) << "frame " << f;
    }
  }
}

TEST(MainJobTest, RenderingAgainComesFromTheCache) {
  Farm farm;
  farm.AddWorker("a");
  const JobSpec spec = farm.MakeSpec({});
  const JobView first = farm.Run(spec);
  ASSERT_EQ(first.state, JobState::kSucceeded) << first.error;
  EXPECT_EQ(Rendered(first), first.progress.segments_total);
  const JobView again = farm.Run(spec);
  ASSERT_EQ(again.state, JobState::kSucceeded) << again.error;
  EXPECT_NE(again.job_id, first.job_id);
  EXPECT_EQ(Rendered(again), 0);
  EXPECT_EQ(again.take, first.take);
  EXPECT_EQ(again.seams.size(), first.seams.size());
}

TEST(MainJobTest, ADamagedBlobInTheCacheIsMadeAgain) {
  Farm farm;
  farm.AddWorker("a");
  const JobSpec spec = farm.MakeSpec({});
  const JobView first = farm.Run(spec);
  ASSERT_EQ(first.state, JobState::kSucceeded) << first.error;
  {
    auto take = farm.artifacts().OpenBlob(first.take);
    ASSERT_TRUE(take.ok()) << take.status();
    std::string bytes = worker::ReadBytes((*take)->path());
    bytes[bytes.size() / 2] ^= 1;
    worker::WriteBytes((*take)->path(), bytes);
  }
  const JobView again = farm.Run(spec);
  ASSERT_EQ(again.state, JobState::kSucceeded) << again.error;
  EXPECT_EQ(again.take, first.take);
  EXPECT_TRUE(farm.artifacts().VerifyBlob(again.take).ok());
}

TEST(MainJobTest, OneReplacedLineRendersAtMostThreeSegments) {
  Farm farm;
  farm.AddWorker("a");
  SmallJob job{.audio_samples = 16000 * 60, .segment_millis = 5000};
  const JobView before = farm.Run(farm.MakeSpec(job));
  ASSERT_EQ(before.state, JobState::kSucceeded) << before.error;
  job.replaced_begin = 16000 * 29;
  job.replaced_end = 16000 * 31;
  const JobView after = farm.Run(farm.MakeSpec(job));
  ASSERT_EQ(after.state, JobState::kSucceeded) << after.error;
  EXPECT_GE(Rendered(after), 1);
  EXPECT_LE(Rendered(after), 3);
  EXPECT_NE(after.take, before.take);
}

TEST(MainJobTest, FrameCountIsTheCeilingOfTheAudioAtEveryRate) {
  struct Case {
    int64_t samples;
    FrameRate rate;
    int64_t frames;
  };
  // 48 kHz: one frame at 30 is 1600 samples.
  const Case cases[] = {{1, {30, 1}, 1},
                        {1600, {30, 1}, 1},
                        {1601, {30, 1}, 2},
                        {48000 * 3 + 7, {24000, 1001}, 72},
                        {48000 * 3 + 7, {30000, 1001}, 90},
                        {48000 * 3 + 7, {60000, 1001}, 180},
                        {1600 * 97, {30, 1}, 97},
                        {48000 * 3, {25, 1}, 75}};
  Farm farm;
  farm.AddWorker("a", {}, 2);
  for (const Case& c : cases) {
    SCOPED_TRACE(testing::Message()
                 << c.samples << " samples at " << FormatFrameRate(c.rate));
    const JobView job = farm.Run(farm.MakeSpec({.audio_samples = c.samples,
                                                .audio_rate_hz = 48000,
                                                .rate = c.rate,
                                                .segment_millis = 1000}));
    ASSERT_EQ(job.state, JobState::kSucceeded) << job.error;
    EXPECT_EQ(job.progress.frames_total, c.frames);
    const worker::DecodedVideo video = farm.DecodeTake(job);
    ASSERT_EQ(video.frames.size(), size_t(c.frames));
    EXPECT_EQ(video.time_base.den, c.rate.num);
    for (size_t f = 0; f < video.pts.size(); ++f) {
      ASSERT_EQ(video.pts[f], int64_t(f) * c.rate.den);
    }
  }
}

TEST(SeamTest, AShiftOfOneRenderIsCaughtAndRepaired) {
  std::string clean;
  {
    Farm farm;
    farm.AddWorker("a");
    clean = farm.TakeBytes(farm.Run(farm.MakeSpec({.crf = 23})));
    ASSERT_FALSE(clean.empty());
  }
  Farm farm;
  farm.AddWorker("faulty", {.shift_from = 100, .shift_runs = 1});
  const JobView job = farm.Run(farm.MakeSpec({.crf = 23}));
  ASSERT_EQ(job.state, JobState::kSucceeded) << job.error;
  EXPECT_TRUE(farm.TakeBytes(job) == clean);
  int repaired = 0;
  for (const SeamScore& seam : job.seams) {
    EXPECT_NE(seam.verdict, SeamVerdict::kFail);
    repaired += seam.repaired;
  }
  EXPECT_GE(repaired, 1);
  std::set<int> generations;
  for (const TaskView& task : farm.Renders(job.job_id)) {
    generations.insert(task.generation);
  }
  EXPECT_THAT(generations, testing::ElementsAre(0, 1));
}

// The repair's bytes take the place of the faulty ones in the cache.
TEST(SeamTest, ARepairedSegmentStaysRepairedInTheCache) {
  Farm farm;
  farm.AddWorker("faulty", {.shift_from = 100, .shift_runs = 1});
  const JobSpec spec = farm.MakeSpec({.crf = 23});
  const JobView repaired = farm.Run(spec);
  ASSERT_EQ(repaired.state, JobState::kSucceeded) << repaired.error;
  const JobView again = farm.Run(spec);
  ASSERT_EQ(again.state, JobState::kSucceeded) << again.error;
  EXPECT_EQ(Rendered(again), 0);
  EXPECT_EQ(again.take, repaired.take);
  EXPECT_THAT(farm.Renders(again.job_id),
              testing::Each(testing::Field(&TaskView::generation, 0)));
}

TEST(SeamTest, ARepairWithALongerOverlapServesTheNextJobToo) {
  constexpr int kRunUp = 7;
  Farm farm;
  farm.AddWorker("faulty", {.shift_from = 100, .shift_runs = 1}, 1, kRunUp);
  const JobSpec spec = farm.MakeSpec({.crf = 23});
  const JobView repaired = farm.Run(spec);
  ASSERT_EQ(repaired.state, JobState::kSucceeded) << repaired.error;
  for (const SeamScore& seam : repaired.seams) EXPECT_EQ(seam.psnr_db, 99);
  const JobView again = farm.Run(spec);
  ASSERT_EQ(again.state, JobState::kSucceeded) << again.error;
  EXPECT_EQ(Rendered(again), 0);
  EXPECT_EQ(again.take, repaired.take);
}

TEST(SeamTest, AFaultyWorkerIsAvoidedByTheRepair) {
  Farm farm;
  farm.AddWorker("faulty", {.shift_from = 100});
  farm.AddWorker("sound");
  const JobView job = farm.Run(farm.MakeSpec({}));
  ASSERT_EQ(job.state, JobState::kSucceeded) << job.error;
  for (const SeamScore& seam : job.seams) EXPECT_EQ(seam.psnr_db, 99);
}

TEST(SeamTest, AShiftOfEveryRenderFailsWithTheSeamsFrameAndNumbers) {
  Farm farm;
  farm.AddWorker("faulty", {.shift_from = 100});
  const JobView job = farm.Run(farm.MakeSpec({}));
  EXPECT_EQ(job.state, JobState::kFailed);
  EXPECT_TRUE(job.take.empty());
  const std::string message = Message(job.error);
  EXPECT_THAT(message, testing::HasSubstr("seam"));
  EXPECT_THAT(message, testing::HasSubstr("frame"));
  EXPECT_THAT(message, testing::HasSubstr("dB"));
}

int64_t PeakRssBytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return int64_t{1024} * usage.ru_maxrss;
}

// 45 minutes: memory must not grow with the length, the count must be exact.
TEST(LongJobTest, FortyFiveMinutesInFlatMemory) {
  constexpr int64_t kMinute = int64_t{16000} * 60;
  constexpr int64_t kAllowedGrowthBytes = 100 << 20;
  Farm farm;
  farm.AddWorker("a", {}, 2);
  SmallJob job{.crf = 30, .segment_millis = 10000};
  job.audio_samples = 2 * kMinute;
  ASSERT_EQ(farm.Run(farm.MakeSpec(job)).state, JobState::kSucceeded);
  const int64_t before = PeakRssBytes();
  job.audio_samples = 45 * kMinute + 1;
  const JobView view = farm.Run(farm.MakeSpec(job));
  ASSERT_EQ(view.state, JobState::kSucceeded) << view.error;
  EXPECT_EQ(view.progress.frames_total, 45 * 60 * 30 + 1);
  EXPECT_GE(view.progress.segments_total, 269);
  EXPECT_LT(PeakRssBytes() - before, kAllowedGrowthBytes);
  auto file = farm.artifacts().OpenBlob(view.take);
  ASSERT_TRUE(file.ok());
  EXPECT_EQ(CountVideoPackets((*file)->path()), 45 * 60 * 30 + 1);
}

}  // namespace
}  // namespace longtake
