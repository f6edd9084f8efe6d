// The artifact directory: full and freed, read-only, slow; and files in it that
// were damaged.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/chaos/chaos_farm.h"
#include "tests/chaos/fault_file.h"
#include "tests/chaos/small_file_system.h"
#include "tests/chaos/stored_results.h"

namespace longtake::chaos {
namespace {

constexpr int kSlowFrameMs = 20;
TEST(ArtifactFaultsTest, AFullStoreEndsTheJobWithItsReasonAndARetryFinishesIt) {
  SmallFileSystem small;
  if (!small.mounted()) GTEST_SKIP() << "may not mount a file system here";
  ChaosFarm farm(
      {.wait_ms_per_frame = kSlowFrameMs, .artifacts_dir = small.artifacts()});
  const std::string job = farm.Submit("job");
  farm.AwaitSegments(job, 2);
  small.Fill();
  farm.CountFault("artifact store full");
  const JobView failed = farm.Await(job);
  EXPECT_EQ(failed.state, JobState::kFailed);
  EXPECT_THAT(Message(failed.error), testing::HasSubstr(small.artifacts()));
  small.Free();
  farm.Retry(job);
  const JobView done = farm.Await(job);
  EXPECT_EQ(done.state, JobState::kSucceeded) << done.error;
  farm.ExpectCleanAudit();
}

TEST(ArtifactFaultsTest, AReadOnlyStoreLosesNothing) {
  FaultFile faults;
  ChaosFarm farm(
      {.wait_ms_per_frame = kSlowFrameMs, .prefix = faults.Prefix()});
  const std::string job = farm.Submit("job");
  farm.AwaitSegments(job, 2);
  faults.SetReadOnly(true);
  farm.CountFault("artifact store read-only");
  const JobView failed = farm.Await(job);
  EXPECT_EQ(failed.state, JobState::kFailed);
  EXPECT_THAT(Message(failed.error), testing::HasSubstr("make it writable"));
  faults.SetReadOnly(false);
  farm.Retry(job);
  const JobView done = farm.Await(job);
  EXPECT_EQ(done.state, JobState::kSucceeded) << done.error;
  farm.ExpectCleanAudit();
}

TEST(ArtifactFaultsTest, ASlowStoreDelaysAndLosesNothing) {
  FaultFile faults;
  faults.SlowSync(absl::Milliseconds(150));
  ChaosFarm farm({.prefix = faults.Prefix()});
  farm.CountFault("artifact store slow");
  const std::string job = farm.Submit("job");
  const JobView done = farm.Await(job);
  EXPECT_EQ(done.state, JobState::kSucceeded) << done.error;
  farm.ExpectCleanAudit();
}

class DamagedChunkTest : public testing::TestWithParam<Damage> {};

// Segments wait for the last one, at the front of the queue, while their files
// are damaged.
TEST_P(DamagedChunkTest, BeforeAssemblyItIsFoundAndMadeAgain) {
  ChaosFarm farm({.workers = 1, .wait_ms_per_frame = kSlowFrameMs});
  farm.DamageArtifacts();
  const std::string job = farm.Submit("job");
  farm.AwaitSegments(job, 3);
  const auto chunks = FinishedChunks(farm.redis(), job);
  ASSERT_FALSE(chunks.empty());
  ASSERT_TRUE(DamageFile(PathOf(farm, chunks[0]), GetParam()));
  farm.CountFault("chunk damaged before assembly");
  // No take is ever made of a damaged chunk, and nobody has to ask for more.
  const JobView done = farm.Await(job);
  EXPECT_EQ(done.state, JobState::kSucceeded) << done.error;
  farm.ExpectCleanAudit();
}

TEST_P(DamagedChunkTest, BeforeReuseItIsFoundAndMadeAgain) {
  ChaosFarm farm({.workers = 2});
  farm.DamageArtifacts();
  const std::string first = farm.Submit("first");
  ASSERT_EQ(farm.Await(first).state, JobState::kSucceeded);
  const auto chunks = FinishedChunks(farm.redis(), first);
  ASSERT_FALSE(chunks.empty());
  ASSERT_TRUE(DamageFile(PathOf(farm, chunks[0]), GetParam()));
  farm.CountFault("chunk damaged before re-use");
  // Another line at the end: the first segments are looked up.
  SmallJob other = kChaosJob;
  other.replaced_begin = 16000 * 7 / 2;
  other.replaced_end = 16000 * 4;
  const std::string second = farm.Submit("second", other);
  const JobView done = farm.Await(second);
  EXPECT_EQ(done.state, JobState::kSucceeded) << done.error;
  farm.ExpectCleanAudit();
}

INSTANTIATE_TEST_SUITE_P(Damages, DamagedChunkTest,
                         testing::Values(Damage::kFlip, Damage::kTruncate,
                                         Damage::kDelete),
                         [](const auto& tested) {
                           switch (tested.param) {
                             case Damage::kFlip:
                               return "Flipped";
                             case Damage::kTruncate:
                               return "Truncated";
                             default:
                               return "Deleted";
                           }
                         });

}  // namespace
}  // namespace longtake::chaos
