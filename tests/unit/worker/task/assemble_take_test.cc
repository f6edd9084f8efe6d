#include "worker/task/assemble_take.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "tests/unit/worker/media/media_fixtures.h"
#include "tests/unit/worker/task/job_fixture.h"
#include "worker/mux/read_origin.h"
#include "worker/mux/take_muxer.h"

namespace longtake::worker {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr int64_t kFrames = 210;
constexpr int kSegments = 7;  // 30 frames each

class AssembleTakeTest : public JobTest {
 protected:
  void SetUp() override { Prepare(engine_, kFrames); }

  // Rendered by an engine that shifts segment 3 from its middle on.
  std::vector<RenderedSegment> RenderShifted() {
    SyntheticOptions options;
    options.faults.shift_from = 105;
    SyntheticEngine shifting(options);
    renderers_.Drop();
    auto rendered = RenderAll(shifting, kSegments);
    EXPECT_TRUE(rendered.ok()) << rendered.status();
    renderers_.Drop();
    return *std::move(rendered);
  }
  SegmentCandidate CandidateOf(const RenderedSegment& segment) {
    SegmentCandidate candidate;
    candidate.chunk = segment.result.chunk;
    candidate.evidence = segment.result.evidence;
    return candidate;
  }

  SyntheticEngine engine_;
};

TEST_F(AssembleTakeTest, TakeHasEveryFrameAndTheSound) {
  const auto rendered = RenderAll(engine_, kSegments);
  ASSERT_TRUE(rendered.ok()) << rendered.status();
  const auto result = Run<AssembleResult>(engine_, MakeAssemble(*rendered));
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->frames, kFrames);
  EXPECT_THAT(result->chosen, ElementsAre(0, 0, 0, 0, 0, 0, 0));
  EXPECT_THAT(result->repair_segments, IsEmpty());
  ASSERT_EQ(result->seams.size(), 6u);
  for (size_t i = 0; i < result->seams.size(); ++i) {
    const SeamScore& seam = result->seams[i];
    EXPECT_EQ(seam.frame, static_cast<int64_t>(30 * (i + 1)));
    EXPECT_EQ(seam.psnr_db, 99.0);
    EXPECT_EQ(seam.motion_distance, 0.0);
    EXPECT_EQ(seam.verdict, SeamVerdict::kPass);
    EXPECT_FALSE(seam.repaired);
  }
  const auto take = *store_->OpenBlob(result->take);
  EXPECT_EQ(DecodeVideo(take->path()).frames.size(), 210u);
  EXPECT_NEAR(DecodeSound(take->path()).samples.size(),
              static_cast<double>(kFrames * kWavRateHz) / 30, 2048);
  EXPECT_EQ(ReadTakeTag(take->path()).value_or("-"), std::string(64, 'e'));
}

TEST_F(AssembleTakeTest, OneSegmentNeedsNoSeam) {
  const auto rendered = RenderAll(engine_, 1);
  ASSERT_TRUE(rendered.ok()) << rendered.status();
  const auto result = Run<AssembleResult>(engine_, MakeAssemble(*rendered));
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_THAT(result->seams, IsEmpty());
  EXPECT_FALSE(result->take.empty());
}

TEST_F(AssembleTakeTest, TheTakeSaysHowItCameToBe) {
  const auto rendered = RenderAll(engine_, 1);
  ASSERT_TRUE(rendered.ok()) << rendered.status();
  AssembleTask task = MakeAssemble(*rendered);
  task.digital_source_type = "algorithmicMedia";
  const auto result = Run<AssembleResult>(engine_, task);
  ASSERT_TRUE(result.ok()) << result.status();
  const auto take = *store_->OpenBlob(result->take);
  const auto marks = ReadOriginMarks(take->path());
  ASSERT_TRUE(marks.ok()) << marks.status();
  EXPECT_THAT(marks->digital_source_type, HasSubstr("/algorithmicMedia"));
  EXPECT_EQ(marks->sei_tag, std::string(64, 'e'));
}

TEST_F(AssembleTakeTest, ShiftedSegmentIsSentToRepair) {
  const auto task = MakeAssemble(RenderShifted());
  const auto result = Run<AssembleResult>(engine_, task);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_TRUE(result->take.empty());
  EXPECT_THAT(result->repair_segments, ElementsAre(3, 4));
  EXPECT_EQ(result->seams[3].frame, 120);
  EXPECT_EQ(result->seams[3].verdict, SeamVerdict::kFail);
  EXPECT_LT(result->seams[3].psnr_db, 45);
}

TEST_F(AssembleTakeTest, RepairedTakeIsTheOneThatNoFaultEverTouched) {
  const auto good = RenderAll(engine_, kSegments);
  ASSERT_TRUE(good.ok()) << good.status();
  const auto untouched = Run<AssembleResult>(engine_, MakeAssemble(*good));
  ASSERT_TRUE(untouched.ok()) << untouched.status();

  AssembleTask task = MakeAssemble(RenderShifted());
  task.may_repair = false;
  for (int segment : {3, 4}) {
    task.segments[segment].candidates.push_back(CandidateOf((*good)[segment]));
  }
  const auto repaired = Run<AssembleResult>(engine_, task);
  ASSERT_TRUE(repaired.ok()) << repaired.status();
  EXPECT_THAT(repaired->chosen, ElementsAre(0, 0, 0, 1, 0, 0, 0));
  EXPECT_TRUE(repaired->seams[3].repaired);
  EXPECT_FALSE(repaired->seams[2].repaired);
  EXPECT_EQ(repaired->take, untouched->take);
}

TEST_F(AssembleTakeTest, SeamThatRepairDoesNotMendFailsWithItsNumbers) {
  const auto shifted = RenderShifted();
  AssembleTask task = MakeAssemble(shifted);
  task.may_repair = false;
  for (int segment : {3, 4}) {
    task.segments[segment].candidates.push_back(CandidateOf(shifted[segment]));
  }
  const auto result = Run<AssembleResult>(engine_, task);
  EXPECT_EQ(result.status().code(), StatusCode::kDataLoss);
  EXPECT_THAT(Message(result.status()), HasSubstr("frame 120 (4.000 s)"));
  EXPECT_THAT(Message(result.status()), HasSubstr("PSNR"));
}

TEST_F(AssembleTakeTest, DamagedEvidenceIsDataLossThatNamesTheSegment) {
  const auto rendered = RenderAll(engine_, 3);
  ASSERT_TRUE(rendered.ok()) << rendered.status();
  AssembleTask task = MakeAssemble(*rendered);
  const std::string bytes = Bytes(task.segments[1].candidates[0].evidence);
  task.segments[1].candidates[0].evidence =
      *PutBlob(*store_, bytes.substr(0, bytes.size() - 1));
  const auto result = Run<AssembleResult>(engine_, task);
  EXPECT_EQ(result.status().code(), StatusCode::kDataLoss);
  EXPECT_THAT(Message(result.status()), HasSubstr("segment 1"));
}

TEST_F(AssembleTakeTest, MissingChunkIsTriedAgain) {
  const auto rendered = RenderAll(engine_, 2);
  ASSERT_TRUE(rendered.ok()) << rendered.status();
  AssembleTask task = MakeAssemble(*rendered);
  task.segments[1].candidates[0].chunk.sha256 = std::string(64, 'c');
  const auto result = Run<AssembleResult>(engine_, task);
  EXPECT_EQ(result.status().code(), StatusCode::kUnavailable);
  EXPECT_THAT(Message(result.status()), HasSubstr("chunk of segment 1"));
}

TEST_F(AssembleTakeTest, NothingToAssembleIsRefused) {
  EXPECT_EQ(Run<AssembleResult>(engine_, AssembleTask()).status().code(),
            StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace longtake::worker
