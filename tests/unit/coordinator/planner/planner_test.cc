#include "coordinator/planner/planner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "common/job/job_json.h"
#include "tests/unit/coordinator/planner/plans.h"

namespace longtake::coordinator {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(PlannerTest, TasksComeInTheOrderOfTheirInputs) {
  Plans plans;
  EXPECT_THAT(plans.Next(), ElementsAre("analyze-audio", "analyze-portrait"));
  EXPECT_THAT(plans.Next(), IsEmpty());
  plans.AudioDone();
  EXPECT_THAT(plans.Next(), ElementsAre("plan"));
  EXPECT_THAT(plans.Next(), IsEmpty());
  plans.PlanDone();
  EXPECT_THAT(plans.Next(), IsEmpty());  // the portrait is not known
  plans.PortraitDone();
  EXPECT_THAT(plans.Next(), ElementsAre("render-00000-g0", "render-00001-g0",
                                        "render-00002-g0"));
  plans.RenderDone("render-00002-g0", '3');
  plans.RenderDone("render-00000-g0", '1');
  EXPECT_THAT(plans.Next(), IsEmpty());
  plans.RenderDone("render-00001-g0", '2');
  EXPECT_THAT(plans.Next(), ElementsAre("assemble-0"));
  AssembleResult take;
  take.take = Named('7');
  take.chosen = {0, 0, 0};
  take.frames = 900;
  plans.Done("assemble-0", take);
  EXPECT_THAT(plans.Next(), IsEmpty());
}

TEST(PlannerTest, SpecsCarryWhatTheirTasksNeed) {
  Plans plans;
  plans.Next();
  plans.AudioDone();
  plans.PortraitDone();
  plans.Next();
  const auto& plan = plans.Spec<PlanTask>("plan");
  EXPECT_EQ(plan.pcm, Named('c'));
  EXPECT_EQ(plan.total_frames, 900);
  EXPECT_EQ(plan.seed, 7u);
  EXPECT_EQ(plan.guides, plans.job.spec.guides);
  EXPECT_THAT(plan.rendered,
              ElementsAre(FrameRange{0, 302}, FrameRange{298, 602},
                          FrameRange{598, 900}));
  plans.PlanDone();
  plans.Next();
  const auto& render = plans.Spec<RenderTask>("render-00001-g0");
  EXPECT_EQ(render.identity, Named('e'));
  EXPECT_EQ(render.range, (FrameRange{300, 600}));
  EXPECT_EQ(render.rendered, (FrameRange{298, 602}));
  EXPECT_EQ(render.motion_digest, std::string(64, '1'));
  EXPECT_EQ(render.key_motions, Named('f'));
  EXPECT_EQ(render.total_frames, 900);
  EXPECT_EQ(render.segment, 1);
  EXPECT_EQ(render.controls, plans.job.spec.controls);
  for (const char* id :
       {"render-00000-g0", "render-00001-g0", "render-00002-g0"}) {
    plans.RenderDone(id, '1');
  }
  plans.Next();
  const auto& assemble = plans.Spec<AssembleTask>("assemble-0");
  EXPECT_EQ(assemble.segments.size(), 3u);
  EXPECT_EQ(assemble.audio_facts.samples, 900 * 1600);
  EXPECT_EQ(assemble.inputs_digest, plans.job.inputs_digest);
  EXPECT_TRUE(assemble.may_repair);
}

TEST(PlannerTest, RepairRendersTheNamedSegmentsOnceMoreElsewhere) {
  Plans plans;
  plans.Next();
  plans.AudioDone();
  plans.PortraitDone();
  plans.Next();
  plans.PlanDone();
  plans.Next();
  plans.RenderDone("render-00000-g0", '1', "w1");
  plans.RenderDone("render-00001-g0", '2', "w2");
  plans.RenderDone("render-00002-g0", '3', "");  // from the cache
  plans.Next();
  AssembleResult broken;
  broken.repair_segments = {2, 1};
  plans.Done("assemble-0", broken);
  EXPECT_THAT(plans.Next(), ElementsAre("render-00002-g1", "render-00001-g1"));
  EXPECT_THAT(plans.Task("render-00001-g1").avoid_workers, ElementsAre("w2"));
  EXPECT_THAT(plans.Task("render-00002-g1").avoid_workers, IsEmpty());
  EXPECT_TRUE(plans.Task("render-00001-g1").past_cache);
  EXPECT_FALSE(plans.Task("render-00001-g0").past_cache);
  plans.RenderDone("render-00001-g1", '4');
  EXPECT_THAT(plans.Next(), IsEmpty());
  plans.RenderDone("render-00002-g1", '5');
  EXPECT_THAT(plans.Next(), ElementsAre("assemble-1"));
  const auto& second = plans.Spec<AssembleTask>("assemble-1");
  EXPECT_FALSE(second.may_repair);
  EXPECT_EQ(second.segments[0].candidates.size(), 1u);
  ASSERT_EQ(second.segments[1].candidates.size(), 2u);
  EXPECT_EQ(second.segments[1].candidates[0].chunk, Named('2'));
  EXPECT_EQ(second.segments[1].candidates[1].chunk, Named('4'));
}

TEST(PlannerTest, ARepairTakesTheLongerOverlapOfAnEngineWithState) {
  Plans plans;
  plans.job.binding->repair_overlap_frames = 9;
  plans.Next();
  plans.AudioDone();
  plans.PortraitDone();
  plans.Next();
  plans.PlanDone();
  plans.Next();
  plans.RenderDone("render-00000-g0", '1', "w1");
  plans.RenderDone("render-00001-g0", '2', "w1");
  plans.RenderDone("render-00002-g0", '3', "w1");
  plans.Next();
  AssembleResult broken;
  broken.repair_segments = {1};
  plans.Done("assemble-0", broken);
  plans.Next();
  const auto& first = plans.Spec<RenderTask>("render-00001-g0");
  const auto& repair = plans.Spec<RenderTask>("render-00001-g1");
  EXPECT_EQ(repair.range, first.range);
  EXPECT_EQ(first.rendered.begin, first.range.begin - 2);
  EXPECT_EQ(repair.rendered.begin, first.range.begin - 9);
  EXPECT_EQ(repair.rendered.end, first.range.end + 9);
}

TEST(PlannerTest, OneFrameIsAJob) {
  Plans plans(1);
  plans.Next();
  plans.AudioDone();
  plans.PortraitDone();
  plans.Next();
  EXPECT_THAT(plans.job.segments, ElementsAre(FrameRange{0, 1}));
  plans.PlanDone();
  EXPECT_THAT(plans.Next(), ElementsAre("render-00000-g0"));
  EXPECT_EQ(plans.Spec<RenderTask>("render-00000-g0").rendered,
            (FrameRange{0, 1}));
}

TEST(PlannerTest, LoudnessOfAnotherLengthIsDataLoss) {
  Plans plans;
  plans.Next();
  plans.AudioDone();
  const auto plan = PlanJob({plans.job, plans.tasks, std::string(899, 'x')});
  EXPECT_EQ(plan.status().code(), StatusCode::kDataLoss);
}

TEST(PlannerTest, SameSnapshotGivesTheSameSpecs) {
  Plans a, b;
  for (Plans* plans : {&a, &b}) {
    plans->Next();
    plans->AudioDone();
    plans->Next();
  }
  EXPECT_EQ(a.Spec<PlanTask>("plan").rendered,
            b.Spec<PlanTask>("plan").rendered);
  EXPECT_EQ(a.job.segments, b.job.segments);
}

TEST(CheckResultTest, RefusesWhatCannotBeAnAssemblysResult) {
  TaskRecord task;
  task.kind = TaskKind::kAssemble;
  AssembleTask assemble;
  assemble.segments = {{{0, 10}, {{Named('1'), Named('2')}}},
                       {{10, 20}, {{Named('1'), Named('2')}}}};
  task.spec = std::make_shared<const TaskSpec>(TaskSpec{"hilm", assemble});
  AssembleResult good;
  good.take = Named('3');
  good.frames = 20;
  good.chosen = {0, 0};
  EXPECT_TRUE(CheckResult(task, {good, {}, {}}).ok());
  AssembleResult repair;
  repair.repair_segments = {0, 1};
  EXPECT_TRUE(CheckResult(task, {repair, {}, {}}).ok());

  const auto broken = [&](auto change) {
    AssembleResult result = good;
    change(result);
    return CheckResult(task, {result, {}, {}}).code();
  };
  using R = AssembleResult;
  const auto internal = StatusCode::kInternal;
  EXPECT_EQ(broken([](R& r) { r.take = {}; }), internal);
  EXPECT_EQ(broken([](R& r) { r.frames = 19; }), internal);
  EXPECT_EQ(broken([](R& r) { r.chosen = {0}; }), internal);
  EXPECT_EQ(broken([](R& r) { r.chosen = {0, 1}; }), internal);
  EXPECT_EQ(broken([](R& r) { r.chosen = {0, -1}; }), internal);
  EXPECT_EQ(broken([](R& r) { r.repair_segments = {0}; }), internal);
  repair.repair_segments = {2};
  EXPECT_EQ(CheckResult(task, {repair, {}, {}}).code(), internal);
  repair.repair_segments = {1, 1};
  EXPECT_EQ(CheckResult(task, {repair, {}, {}}).code(), internal);
  EXPECT_EQ(CheckResult(task, {RenderResult{}, {}, {}}).code(), internal);
}

TEST(PlannerTest, AnalysesAreGivenTheFaceAndTheFarmsLimits) {
  JobRecord job;
  job.spec.portrait = {Named('a'), "p.jpg"};
  job.spec.audio = {Named('b'), "a.wav"};
  job.spec.face = 2;
  const auto plan = PlanJob({job, {}, std::nullopt, {1000, 2000, 3}});
  ASSERT_TRUE(plan.ok());
  ASSERT_EQ(plan->tasks.size(), 2u);
  EXPECT_EQ(std::get<AnalyzeAudioTask>(plan->tasks[0].spec->task).max_millis,
            1000);
  const auto& portrait =
      std::get<AnalyzePortraitTask>(plan->tasks[1].spec->task);
  EXPECT_EQ(portrait.face, 2);
  EXPECT_EQ(portrait.max_pixels, 2000);
  EXPECT_EQ(portrait.max_faces, 3);
}

}  // namespace
}  // namespace longtake::coordinator
