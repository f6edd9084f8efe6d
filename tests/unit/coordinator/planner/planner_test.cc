#include "coordinator/planner/planner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "common/job/job_json.h"

namespace longtake::coordinator {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

BlobRef Named(char c, int64_t size = 1) { return {std::string(64, c), size}; }

// A job in the planner's hands: plans, then pretends that tasks were done.
class Plans {
 public:
  explicit Plans(int64_t frames = 900) : frames_(frames) {
    job.spec.portrait = {Named('a'), "p.jpg"};
    job.spec.audio = {Named('b'), "a.wav"};
    // 300 frames a segment, too short for one to be watched soon.
    job.spec.output.rate = {100, 1};
    job.spec.segment_millis = 3000;
    job.spec.seed = 7;
    job.spec.controls = {{"pose", "0.5"}};
    job.spec.guides = {{"transcript", {Named('d'), "words.txt"}}};
    job.inputs_digest = std::string(64, '9');
    job.binding = EngineBinding{"hilm", "1", "class", 2};
  }

  // Ids of the tasks that are new.
  std::vector<std::string> Next() {
    JobSnapshot snapshot{job, tasks, std::nullopt};
    if (NeedsLoudness(job, tasks)) {
      snapshot.loudness = std::string(static_cast<size_t>(frames_), '\0');
    }
    auto plan = PlanJob(snapshot);
    EXPECT_TRUE(plan.ok()) << plan.status().ToString();
    std::vector<std::string> ids;
    if (!plan.ok()) return ids;
    if (!plan->segments.empty()) job.segments = plan->segments;
    for (TaskRecord& task : plan->tasks) {
      ids.push_back(task.task_id);
      tasks.push_back(std::move(task));
    }
    return ids;
  }

  TaskRecord& Task(const std::string& id) {
    for (TaskRecord& task : tasks) {
      if (task.task_id == id) return task;
    }
    ADD_FAILURE() << "no task " << id;
    return tasks.front();
  }

  template <typename T>
  const T& Spec(const std::string& id) {
    return std::get<T>(Task(id).spec->task);
  }

  template <typename T>
  void Done(const std::string& id, T result, const std::string& worker = "w1") {
    TaskRecord& task = Task(id);
    task.state = TaskState::kSucceeded;
    task.worker_id = worker;
    task.result = std::make_shared<const TaskResult>(
        TaskResult{std::move(result), {}, {}});
    const Status fits = CheckResult(task, *task.result);
    EXPECT_TRUE(fits.ok()) << fits.ToString();
  }

  void AudioDone() {
    AnalyzeAudioResult result;
    result.facts.samples = frames_ * 1600;
    result.pcm = Named('c');
    result.loudness = Named('d', frames_);
    result.total_frames = frames_;
    Done("analyze-audio", result);
  }
  void PortraitDone() {
    Done("analyze-portrait", AnalyzePortraitResult{Named('e')});
  }
  void PlanDone() {
    PlanResult result;
    result.key_motions = Named('f');
    for (size_t i = 0; i < job.segments.size(); ++i) {
      result.motion_digests.push_back(
          std::string(64, static_cast<char>('0' + i % 10)));
    }
    Done("plan", result);
  }
  void RenderDone(const std::string& id, char chunk,
                  const std::string& worker = "w1") {
    Done(id, RenderResult{Named(chunk), Named('8'), Task(id).range.size()},
         worker);
  }

  JobRecord job;
  std::vector<TaskRecord> tasks;

 private:
  const int64_t frames_;
};

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

TEST(PlannerTest, ARangeHasTheWholeJobsCutsAndMotion) {
  Plans plans;
  plans.job.spec.range = {250, 620};
  plans.Next();
  plans.AudioDone();
  plans.PortraitDone();
  plans.Next();
  EXPECT_THAT(plans.job.segments,
              ElementsAre(FrameRange{250, 300}, FrameRange{300, 600},
                          FrameRange{600, 620}));
  const auto& plan = plans.Spec<PlanTask>("plan");
  EXPECT_EQ(plan.total_frames, 900);
  // Past the range's ends, as a neighbour would be drawn.
  EXPECT_THAT(plan.rendered,
              ElementsAre(FrameRange{248, 302}, FrameRange{298, 602},
                          FrameRange{598, 622}));
  plans.PlanDone();
  plans.Next();
  EXPECT_EQ(plans.Spec<RenderTask>("render-00000-g0").total_frames, 900);
  plans.RenderDone("render-00000-g0", '1');
  plans.RenderDone("render-00001-g0", '2');
  plans.RenderDone("render-00002-g0", '3');
  plans.Next();
  AssembleResult take;
  take.take = Named('7');
  take.chosen = {0, 0, 0};
  take.frames = 370;
  plans.Done("assemble-0", take);
}

TEST(PlannerTest, ASegmentInsideARangeHasTheWholeJobsKey) {
  const auto key_of = [](FrameRange range, const std::string& id) {
    Plans plans;
    plans.job.spec.range = range;
    plans.Next();
    plans.AudioDone();
    plans.PortraitDone();
    plans.Next();
    PlanResult result;
    result.key_motions = Named('f');
    // The engine's: the same for the same frames.
    for (const FrameRange& r : plans.Spec<PlanTask>("plan").rendered) {
      result.motion_digests.push_back(
          std::string(64, static_cast<char>('0' + r.begin % 10)));
    }
    plans.Done("plan", result);
    plans.Next();
    return TaskKey(*plans.Task(id).spec, *plans.job.binding, kDefaultTenant);
  };
  EXPECT_EQ(key_of({}, "render-00001-g0"),
            key_of({250, 620}, "render-00001-g0"));
  EXPECT_EQ(key_of({}, "render-00002-g0"),
            key_of({600, kToTheEnd}, "render-00000-g0"));
  EXPECT_NE(key_of({}, "render-00000-g0"), key_of({1, 620}, "render-00000-g0"));
}

TEST(PlannerTest, ARangePastTheEndFailsTheJobWithTheFlagToChange) {
  for (const auto& [range, flag] :
       {std::pair(FrameRange{900, 950}, "--in"),
        std::pair(FrameRange{5000, kToTheEnd}, "--in"),
        std::pair(FrameRange{10, 901}, "--out")}) {
    Plans plans;
    plans.job.spec.range = range;
    plans.Next();
    plans.AudioDone();
    const Status status =
        PlanJob({plans.job, plans.tasks, std::string(900, '\0')}).status();
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
    EXPECT_THAT(Message(status), ::testing::HasSubstr(flag));
    EXPECT_THAT(Message(status),
                ::testing::HasSubstr("frame 900 (0:00:09.000)"));
  }
}

TEST(PlannerTest, ADryRunEndsWithThePlanAndKnowsItsRenders) {
  Plans plans;
  plans.job.spec.dry_run = true;
  const auto finished = [&plans] {
    return PlanJob({plans.job, plans.tasks, std::string(900, '\0')})->finished;
  };
  plans.Next();
  plans.AudioDone();
  EXPECT_THAT(plans.Next(), ElementsAre("plan"));
  EXPECT_FALSE(finished());
  plans.PlanDone();
  EXPECT_FALSE(finished());
  EXPECT_THAT(*RendersOf({plans.job, plans.tasks, std::nullopt}), IsEmpty());
  plans.PortraitDone();
  EXPECT_THAT(plans.Next(), IsEmpty());
  EXPECT_TRUE(finished());
  const auto renders = RendersOf({plans.job, plans.tasks, std::nullopt});
  ASSERT_TRUE(renders.ok()) << renders.status();
  ASSERT_EQ(renders->size(), 3u);
  EXPECT_EQ((*renders)[1].task_id, "render-00001-g0");
  EXPECT_EQ((*renders)[1].range, (FrameRange{300, 600}));
}

}  // namespace
}  // namespace longtake::coordinator
