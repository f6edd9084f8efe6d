#include "tests/unit/coordinator/api/scripted_farm.h"

// Seams that fail their check, and what is rendered again for them.

namespace longtake::coordinator {
namespace {

class RepairTest : public ScriptedFarm {
 protected:
  // An assembly that finds the seam between segments 0 and 1 broken.
  Status AskForRepair(ScriptedWorker& worker, const Work& assembly) {
    EXPECT_TRUE(assembly.as<AssembleTask>().may_repair);
    AssembleResult result;
    result.repair_segments = {0, 1};
    SeamScore seam;
    seam.frame = 300;
    seam.ratio = 9;
    seam.verdict = SeamVerdict::kFail;
    result.seams = {seam};
    return worker.Complete(assembly, TaskResult{result, {}, {}});
  }

  // A repair that gives other bytes than the first render did.
  TaskResult OtherBytes(ScriptedWorker& worker, const Work& render) {
    TaskResult result = worker.Do(render);
    std::get<RenderResult>(result.result).chunk =
        worker.Blob("repaired " + render.token.task_id);
    return result;
  }
};

TEST_F(RepairTest, BrokenSeamIsRenderedAgainOnAnotherWorkerPastTheCache) {
  auto one = Worker("w1");
  auto two = Worker("w2");
  const std::string id = SubmitOk("key", Spec());
  const Work assembly = RunUntil(*one, TaskKind::kAssemble);
  ASSERT_TRUE(AskForRepair(*one, assembly).ok());
  EXPECT_EQ(Job(id).state, JobState::kRunning);
  EXPECT_EQ(Job(id).seams.size(), 1u);
  EXPECT_TRUE(one->HasNothing());  // it rendered them before
  const Work left = two->Take();
  const Work right = two->Take();
  EXPECT_EQ(left.token.task_id, "render-00000-g1");
  EXPECT_EQ(right.token.task_id, "render-00001-g1");
  ASSERT_TRUE(two->Complete(left, OtherBytes(*two, left)).ok());
  EXPECT_TRUE(one->HasNothing());
  ASSERT_TRUE(two->Finish(right).ok());
  const Work second = one->Take();
  EXPECT_EQ(second.token.task_id, "assemble-1");
  const auto& task = second.as<AssembleTask>();
  EXPECT_FALSE(task.may_repair);
  EXPECT_EQ(task.segments[0].candidates.size(), 2u);
  EXPECT_EQ(task.segments[1].candidates.size(), 2u);
  EXPECT_EQ(task.segments[2].candidates.size(), 1u);
  TaskResult result = one->Do(second);  // takes the newest candidates
  ASSERT_TRUE(one->Complete(second, result).ok());
  EXPECT_EQ(Job(id).state, JobState::kSucceeded);
  EXPECT_EQ(Job(id).progress.segments_done, 3);
  // What the repair chose is what the cache gives from now on.
  const std::string again = SubmitOk("again", Spec());
  Work fresh = one->Take();
  EXPECT_EQ(fresh.token.task_id, "assemble-0");
  EXPECT_EQ(fresh.as<AssembleTask>().segments[0].candidates[0],
            task.segments[0].candidates[1]);
  ASSERT_TRUE(one->Finish(fresh).ok());
  EXPECT_EQ(Job(again).take, Job(id).take);
}

TEST_F(RepairTest, OnlyWorkerRepairsItsOwnSegments) {
  auto worker = Worker("w1");
  const std::string id = SubmitOk("key", Spec());
  const Work assembly = RunUntil(*worker, TaskKind::kAssemble);
  ASSERT_TRUE(AskForRepair(*worker, assembly).ok());
  EXPECT_EQ(RunAll(*worker), 3);
  EXPECT_EQ(Job(id).state, JobState::kSucceeded);
}

TEST_F(RepairTest, SegmentsWaitForTheOtherWorkerUntilItIsGone) {
  auto one = Worker("w1");
  auto two = Worker("w2");
  SubmitOk("key", Spec());
  const Work assembly = RunUntil(*one, TaskKind::kAssemble);
  ASSERT_TRUE(AskForRepair(*one, assembly).ok());
  EXPECT_TRUE(one->HasNothing());
  Pass(absl::Seconds(61));
  EXPECT_TRUE(one->Register().ok());
  EXPECT_EQ(one->Take().token.task_id, "render-00000-g1");
}

TEST_F(RepairTest, SecondAssemblyMayNotAskAgain) {
  auto worker = Worker("w1");
  const std::string id = SubmitOk("key", Spec());
  const Work assembly = RunUntil(*worker, TaskKind::kAssemble);
  ASSERT_TRUE(AskForRepair(*worker, assembly).ok());
  const Work second = RunUntil(*worker, TaskKind::kAssemble);
  AssembleResult result;
  result.repair_segments = {0};
  EXPECT_EQ(worker->Complete(second, TaskResult{result, {}, {}}).code(),
            StatusCode::kInvalidArgument);
  Pass(absl::Seconds(2));
  const Work third = worker->Take();
  const std::string text = "seam at frame 300: ratio 9.0, at most 3.0";
  ASSERT_TRUE(worker->Fail(third, FailedPrecondition(text)).ok());
  EXPECT_EQ(Job(id).state, JobState::kFailed);
  EXPECT_EQ(Message(Job(id).error), text);
}

}  // namespace
}  // namespace longtake::coordinator
