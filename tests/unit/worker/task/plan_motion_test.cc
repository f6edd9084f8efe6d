#include "worker/task/plan_motion.h"

#include <sstream>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "tests/unit/worker/task/job_fixture.h"
#include "worker/engine/motion/live_link_csv.h"
#include "worker/task/motion_rows.h"
#include "worker/task/motion_source.h"

namespace longtake::worker {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr int64_t kFrames = 150;

class PlanMotionTest : public JobTest {
 protected:
  void SetUp() override { Prepare(engine_, kFrames); }

  // A CSV of `frames` at 30 a second whose jaw rises by 0.001 a frame, but for
  // `bump` added at one frame.
  InputFile PutCsv(int64_t frames, FrameIndex at = 0, float bump = 0) {
    MotionTrack track{{30, 1}, {0, frames}, {}};
    for (FrameIndex f = 0; f < frames; ++f) {
      MotionFrame frame{};
      frame[kJawOpen] = 0.001f * static_cast<float>(f) + (f == at ? bump : 0);
      frame[kMouthClose] = 0.6f;
      track.frames.push_back(frame);
    }
    std::ostringstream csv;
    EXPECT_TRUE(WriteLiveLinkCsv(track, csv).ok());
    return Put(csv.str(), "take.csv");
  }
  StatusOr<PlanResult> PlanFrom(const InputFile& csv) {
    PlanTask plan = MakePlan(Cut(5));
    plan.motion = csv;
    return Run<PlanResult>(engine_, plan);
  }

  SyntheticEngine engine_;
};

TEST_F(PlanMotionTest, OneDigestForEachSegment) {
  const auto plan = Run<PlanResult>(engine_, MakePlan(Cut(5)));
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_EQ(plan->motion_digests.size(), 5u);
  EXPECT_EQ(Bytes(plan->key_motions).size(), 5u);  // one a second
}

TEST_F(PlanMotionTest, ControlsReachTheEngine) {
  PlanTask plan = MakePlan(Cut(1));
  const auto plain = Run<PlanResult>(engine_, plan);
  plan.controls = {{"jaw", "0.5"}};
  const auto weaker = Run<PlanResult>(engine_, plan);
  ASSERT_TRUE(plain.ok() && weaker.ok());
  EXPECT_NE(plain->motion_digests, weaker->motion_digests);
  plan.controls = {{"nose", "1"}};
  EXPECT_EQ(Run<PlanResult>(engine_, plan).status().code(),
            StatusCode::kInvalidArgument);
}

TEST_F(PlanMotionTest, GuidesReachTheEnginesPlanAndNothingElse) {
  PlanTask plan = MakePlan(Cut(3));
  const auto plain = Run<PlanResult>(engine_, plan);
  plan.guides = {{"nod", Put("0.5", "nod.txt")}};
  const auto guided = Run<PlanResult>(engine_, plan);
  ASSERT_TRUE(plain.ok() && guided.ok()) << guided.status();
  EXPECT_NE(Bytes(plain->key_motions), Bytes(guided->key_motions));
  EXPECT_NE(plain->motion_digests, guided->motion_digests);
  plan.guides = {{"nod", Put("often", "nod.txt")}};
  const Status broken = Run<PlanResult>(engine_, plan).status();
  EXPECT_EQ(broken.code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(Message(broken), HasSubstr("nod.txt"));
}

TEST_F(PlanMotionTest, HowATranscriptFitsIsReportedAndWarnedOf) {
  PlanTask plan = MakePlan(Cut(2));
  const auto without = Run<PlanResult>(engine_, plan);
  ASSERT_TRUE(without.ok()) << without.status();
  EXPECT_TRUE(without->transcript_report.empty());
  plan.guides = {{"transcript", Put("Said.\nNever said?\n", "talk.txt")}};
  const auto result = RunAny(engine_, plan);
  ASSERT_TRUE(result.ok()) << result.status();
  const auto& planned = std::get<PlanResult>(result->result);
  const auto clauses =
      TranscriptReportFromJson(Bytes(planned.transcript_report));
  ASSERT_TRUE(clauses.ok()) << clauses.status();
  ASSERT_EQ(clauses->size(), 2u);
  EXPECT_EQ((*clauses)[0].text, "Said.");
  EXPECT_EQ(VerdictOf((*clauses)[1]), ClauseVerdict::kNotBelieved);
  ASSERT_EQ(result->warnings.size(), 1u);
  EXPECT_THAT(result->warnings[0], HasSubstr("talk.txt: 1 of 2 clauses"));
  EXPECT_THAT(result->warnings[0], HasSubstr("\"Never said?\" (line 2)"));
  // The motion is the words' business, not the report's.
  EXPECT_EQ(planned.motion_digests, without->motion_digests);
}

TEST_F(PlanMotionTest, AGuideThatIsNotThereYetIsTriedAgain) {
  PlanTask plan = MakePlan(Cut(1));
  InputFile absent_file = Put("1", "nod.txt");
  absent_file.blob.sha256 = std::string(64, 'a');
  plan.guides["nod"] = absent_file;
  const Status absent = Run<PlanResult>(engine_, plan).status();
  EXPECT_EQ(absent.code(), StatusCode::kUnavailable);
  EXPECT_THAT(Message(absent), HasSubstr("nod nod.txt"));
}

TEST_F(PlanMotionTest, RangesOutsideTheJobAreRefused) {
  PlanTask plan = MakePlan(Cut(2));
  plan.rendered[1].end = kFrames + 1;
  EXPECT_EQ(Run<PlanResult>(engine_, plan).status().code(),
            StatusCode::kInvalidArgument);
}

TEST_F(PlanMotionTest, CsvBecomesRowsThatRendersRead) {
  const auto plan = PlanFrom(PutCsv(kFrames));
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_THAT(last_.warnings, IsEmpty());
  RenderTask render = MakeRender({60, 90}, plan->key_motions);
  render.motion_csv = plan->key_motions;
  const auto source = OpenMotionSource(*store_, engine_, render);
  ASSERT_TRUE(source.ok()) << source.status();
  const auto track = (*source)->Sample({60, 90});
  ASSERT_TRUE(track.ok()) << track.status();
  EXPECT_NEAR(track->at(60)[kJawOpen], 0.060, 1e-5);
  EXPECT_NEAR(track->at(89)[kJawOpen], 0.089, 1e-5);
  EXPECT_TRUE(Run<RenderResult>(engine_, render).ok());
}

TEST_F(PlanMotionTest, EditedCsvChangesOnlyTheSegmentsItTouches) {
  const auto before = PlanFrom(PutCsv(kFrames));
  const auto after = PlanFrom(PutCsv(kFrames, 75, 0.2f));
  ASSERT_TRUE(before.ok() && after.ok());
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(before->motion_digests[i] == after->motion_digests[i], i != 2);
  }
}

TEST_F(PlanMotionTest, CsvThatEndsEarlyIsHeldWithAWarning) {
  const auto plan = PlanFrom(PutCsv(90));
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_THAT(last_.warnings,
              ElementsAre(HasSubstr("take.csv ends at frame 90 of 150")));
  const auto rows =
      MotionRows::Open((*store_->OpenBlob(plan->key_motions))->path());
  ASSERT_TRUE(rows.ok()) << rows.status();
  EXPECT_EQ((*rows)->frames(), kFrames);
  EXPECT_EQ((*rows)->Read({149, 150})->frames[0][kMouthClose], 1.f);
}

TEST_F(PlanMotionTest, BrokenCsvIsRefusedByName) {
  const auto plan = PlanFrom(Put("Timecode,JawOpen\n", "take.csv"));
  EXPECT_EQ(plan.status().code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(Message(plan.status()), HasSubstr("take.csv"));
}

TEST_F(PlanMotionTest, DamagedRowsAreDataLoss) {
  const auto plan = PlanFrom(PutCsv(kFrames));
  ASSERT_TRUE(plan.ok()) << plan.status();
  const std::string whole = Bytes(plan->key_motions);
  for (const std::string& bytes :
       {whole.substr(0, whole.size() - 244), whole.substr(1),
        std::string("LTMROWS1"), std::string()}) {
    const std::string path = directory_.Join("rows");
    std::ofstream(path, std::ios::binary) << bytes;
    EXPECT_EQ(MotionRows::Open(path).status().code(), StatusCode::kDataLoss);
  }
}

TEST_F(PlanMotionTest, StopIsHonoured) {
  stop_.request_stop();
  EXPECT_EQ(Run<PlanResult>(engine_, MakePlan(Cut(5))).status().code(),
            StatusCode::kCancelled);
}

}  // namespace
}  // namespace longtake::worker
