// Ranges of a job, and dry runs.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "common/job/job_json.h"
#include "coordinator/planner/planner.h"
#include "tests/unit/coordinator/planner/plans.h"

namespace longtake::coordinator {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(PlannerPartsTest, ARangeHasTheWholeJobsCutsAndMotion) {
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

TEST(PlannerPartsTest, ASegmentInsideARangeHasTheWholeJobsKey) {
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

TEST(PlannerPartsTest, ARangePastTheEndFailsTheJobWithTheFlagToChange) {
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

TEST(PlannerPartsTest, ADryRunEndsWithThePlanAndKnowsItsRenders) {
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
