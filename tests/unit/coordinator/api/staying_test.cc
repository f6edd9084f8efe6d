// Workers that go on with their job past the queue.

#include "tests/unit/coordinator/api/scripted_farm.h"

namespace longtake::coordinator {
namespace {

constexpr int kWorkers = 2;

class StayingTest : public ScriptedFarm {
 protected:
  StayingTest() {
    audio_.frames = 60000;  // 200 segments, more than the queue takes
    for (int i = 0; i < kWorkers; ++i) {
      workers_.push_back(Worker(fmt::format("w{}", i)));
    }
  }
  JobSpec Numbered(uint64_t seed, int priority = 0) {
    JobSpec spec = Spec();
    spec.seed = seed;
    spec.priority = priority;
    spec.portrait.blob = *PutBlob(*artifacts_, fmt::format("face {}", seed));
    return spec;
  }
  // The first render of a job, leased by the first worker, and shares that are
  // up to date.
  Work FirstRender() {
    const Work render = RunUntil(*workers_[0], TaskKind::kRender);
    Pass(absl::Seconds(1));
    return render;
  }

  std::vector<std::unique_ptr<ScriptedWorker>> workers_;
};

TEST_F(StayingTest, AWorkerIsGivenTheBacklogsFirstSegmentOfItsJob) {
  const std::string id = SubmitOk("a", Numbered(1));
  const Work first = FirstRender();
  const auto next = workers_[0]->FinishForNext(first);
  ASSERT_TRUE(next.has_value());
  EXPECT_EQ(next->token.job_id, id);
  EXPECT_EQ(next->token.attempt, 1);
  // One that was in the queue would be the second.
  EXPECT_GT(next->as<RenderTask>().segment, 1);
  EXPECT_TRUE(workers_[0]->Finish(*next).ok());
  RunAll(*workers_[0]);
  EXPECT_EQ(Job(id).state, JobState::kSucceeded);
}

TEST_F(StayingTest, WhatAnEarlierRunHasRenderedIsNotRenderedAgain) {
  constexpr int kRendered = 120;  // far into the backlog
  const std::string first = SubmitOk("a", Numbered(1));
  FirstRender();
  for (int i = 0; i < kRendered; ++i) {
    ASSERT_TRUE(workers_[1]->Finish(workers_[1]->Take()).ok());
  }
  ASSERT_TRUE(Cancel(first).ok());

  const std::string id = SubmitOk("b", Numbered(1));
  const int renders = static_cast<int>(Tasks(first).size()) - 3;
  auto next = workers_[0]->FinishForNext(FirstRender());
  int done = 1;
  for (; next; next = workers_[0]->FinishForNext(*next)) ++done;
  done += RunAll(*workers_[0]);
  EXPECT_EQ(Job(id).state, JobState::kSucceeded);
  EXPECT_EQ(done, renders - kRendered + 1);  // and the assembly
  EXPECT_EQ(Job(id).progress.segments_rendered, renders - kRendered);
}

TEST_F(StayingTest, AMoreUrgentJobIsServedFirstAtOnce) {
  SubmitOk("a", Numbered(1));
  const Work first = FirstRender();
  const std::string urgent = SubmitOk("b", Numbered(2, /*priority=*/9));
  // Or it asks, where something is to be looked up first.
  const auto next = workers_[0]->FinishForNext(first);
  EXPECT_EQ((next ? *next : workers_[0]->Take()).token.job_id, urgent);
}

}  // namespace
}  // namespace longtake::coordinator
