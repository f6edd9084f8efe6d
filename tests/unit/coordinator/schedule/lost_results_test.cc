#include "coordinator/schedule/lost_results.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace longtake::coordinator {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// A job of two segments; those named in `lost` have no blobs any more, those in
// `open` are not finished.
class LostResultsTest : public ::testing::Test {
 protected:
  LostWork Find(const std::set<std::string>& lost,
                const std::set<std::string>& open) {
    std::vector<TaskRecord> tasks;
    const auto add = [&](const std::string& id, TaskKind kind) {
      TaskRecord task;
      task.task_id = id;
      task.kind = kind;
      task.state =
          open.contains(id) ? TaskState::kLeased : TaskState::kSucceeded;
      TaskResult result;
      if (lost.contains(id)) result.warnings = {"lost"};
      task.result = std::make_shared<const TaskResult>(result);
      tasks.push_back(task);
    };
    add("audio", TaskKind::kAnalyzeAudio);
    add("portrait", TaskKind::kAnalyzePortrait);
    add("plan", TaskKind::kPlan);
    add("r0", TaskKind::kRender);
    add("r1", TaskKind::kRender);
    add("assemble", TaskKind::kAssemble);
    return FindLostWork(tasks,
                        [](const TaskResult& r) { return r.warnings.empty(); });
  }
};

TEST_F(LostResultsTest, NothingIsLost) {
  const LostWork work = Find({}, {"r1", "assemble"});
  EXPECT_THAT(work.lost, IsEmpty());
  EXPECT_THAT(work.drop, IsEmpty());
}

TEST_F(LostResultsTest, ARenderTakesTheAssemblyWithIt) {
  const LostWork work = Find({"r1"}, {"assemble"});
  EXPECT_THAT(work.lost, ElementsAre(LostResult{"r1", 0}));
  EXPECT_THAT(work.drop, ElementsAre("assemble"));
}

TEST_F(LostResultsTest, FinishedResultsOfLostOnesStay) {
  const LostWork work = Find({"portrait"}, {"r1"});
  EXPECT_THAT(work.lost, ElementsAre(LostResult{"portrait", 0}));
  EXPECT_THAT(work.drop, ElementsAre("r1"));
}

// Rendered again before its input is there, it would only fail.
TEST_F(LostResultsTest, WhatIsLostWithItsInputsIsPlannedAnew) {
  const LostWork work = Find({"audio", "r1"}, {"assemble"});
  EXPECT_THAT(work.lost, ElementsAre(LostResult{"audio", 0}));
  EXPECT_THAT(work.drop, ElementsAre("r1", "assemble"));
}

TEST_F(LostResultsTest, WhatNeedsNothingLostGoesOn) {
  const LostWork work = Find({"audio"}, {"portrait", "plan"});
  EXPECT_THAT(work.lost, ElementsAre(LostResult{"audio", 0}));
  EXPECT_THAT(work.drop, ElementsAre("plan"));
}

TEST(UploadedInputsTest, APlanNeedsItsGuides) {
  PlanTask plan;
  plan.guides = {{"pose_track", {{std::string(64, 'a'), 1}, "p.csv"}},
                 {"transcript", {{std::string(64, 'b'), 2}, "t.txt"}}};
  EXPECT_THAT(UploadedInputs({"hilm", plan}),
              ElementsAre(BlobRef{std::string(64, 'a'), 1},
                          BlobRef{std::string(64, 'b'), 2}));
}

TEST_F(LostResultsTest, TextNamesAFew) {
  EXPECT_EQ(HealingText({{"render-00003-g0", 0}}),
            "render-00003-g0: its result is damaged, rendered again");
  EXPECT_EQ(HealingText({{"analyze-audio", 0}, {"render-00003-g0", 0}}),
            "analyze-audio, render-00003-g0: their results are damaged, done "
            "again");
  EXPECT_EQ(HealingText({{"render-1", 0},
                         {"render-2", 0},
                         {"render-3", 0},
                         {"render-4", 0},
                         {"render-5", 0}}),
            "render-1, render-2, render-3, render-4 and 1 more: their results "
            "are damaged, rendered again");
}

}  // namespace
}  // namespace longtake::coordinator
