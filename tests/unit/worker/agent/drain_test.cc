// What a drain finishes, and what it gives back while there is time.

#include "tests/unit/worker/agent/agent_fixture.h"
#include "worker/agent/task_pace.h"

namespace longtake::worker {
namespace {

using State = ScriptedFarm::State;

TEST(TaskPaceTest, RemainingTimeFollowsTheTasksOwnPace) {
  const auto kUsual = absl::Milliseconds(7);
  const struct {
    const char* what;
    TaskPace pace;
    std::optional<absl::Duration> usual, remaining;
  } kCases[] = {
      {"not counted in frames", {0, 5, 1, absl::Seconds(1)}, kUsual, {}},
      {"nothing known", {100, 0, 0, absl::ZeroDuration()}, {}, {}},
      {"too little known", {100, 4, 1, absl::Seconds(9)}, {}, {}},
      {"as earlier tasks went",
       {100, 4, 1, absl::Seconds(9)},
       kUsual,
       absl::Milliseconds(96 * 7)},
      {"its own pace",
       {100, 21, 1, absl::Seconds(2)},
       kUsual,
       absl::Milliseconds(79 * 100)},
      // The time before the first frame (opening a renderer) does not count.
      {"late start", {100, 90, 80, absl::Seconds(1)}, {}, absl::Seconds(1)},
      {"drawn", {100, 100, 1, absl::Seconds(9)}, {}, absl::ZeroDuration()},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(EstimateRemaining(c.pace, c.usual), c.remaining) << c.what;
  }
}

class DrainTest : public AgentFixture {
 protected:
  DrainTest() {
    options_.drain_grace = kLong;
    // Twenty frames as quick as `frame_takes_` says, then held.
    options_.run_task = [this](const TaskSpec& spec, TaskContext& context) {
      for (int i = 1; i <= 20; ++i) {
        absl::SleepFor(frame_takes_);
        context.ReportProgress(i);
      }
      return HoldAfterProgress(spec, context);
    };
  }
  StatusOr<TaskResult> HoldAfterProgress(const TaskSpec& spec,
                                         TaskContext& context) {
    TaskContext silent = context;
    silent.progress = nullptr;
    return task_.Run(spec, silent);
  }
  void OfferRender(const std::string& id, int64_t frames) {
    TaskSpec spec;
    spec.engine = "synthetic";
    spec.task = RenderOf(frames);
    farm_.Offer(id, spec);
  }

  ScriptedFarm farm_;
  absl::Duration frame_takes_ = absl::Milliseconds(1);
};

TEST_F(DrainTest, RenderThatDoesNotFitIsGivenBackAtOnce) {
  OfferRender("long", 1 << 24);  // at 1 ms a frame: hours
  StartAgent(farm_.Address());
  ASSERT_TRUE(task_.AwaitRunning(1));
  const SteadyTime began = SteadyNow();
  agent_->Drain();
  ASSERT_TRUE(
      farm_.Await([](const State& s) { return s.releases.size() == 1; }));
  EXPECT_TRUE(agent_->WaitFor(kLong));
  EXPECT_LT(absl::FromChrono(SteadyNow() - began), kLong / 2);
  farm_.Do([](State& s) {
    EXPECT_EQ(s.releases[0].token().task_id(), "long");
    EXPECT_TRUE(s.completions.empty());
    EXPECT_TRUE(s.failures.empty());
  });
}

TEST_F(DrainTest, RenderThatFitsIsFinished) {
  OfferRender("short", 21);
  StartAgent(farm_.Address());
  ASSERT_TRUE(task_.AwaitRunning(1));
  agent_->Drain();
  EXPECT_FALSE(agent_->WaitFor(absl::Milliseconds(500)));  // two looks at it
  task_.Finish();
  EXPECT_TRUE(agent_->WaitFor(kLong));
  farm_.Do([](State& s) {
    EXPECT_EQ(s.completions.size(), 1u);
    EXPECT_TRUE(s.releases.empty());
  });
}

TEST_F(DrainTest, ResultThatIsNotAcknowledgedIsOfferedToTheEndOfTheGrace) {
  options_.drain_grace = absl::Milliseconds(50);
  options_.report_grace = absl::Milliseconds(500);
  options_.run_task = [](const TaskSpec&, TaskContext&) {
    return StatusOr<TaskResult>(PortraitResult());
  };
  farm_.Do([](State& s) {
    s.complete_answers.assign(100000, Unavailable("recovering"));
  });
  farm_.Offer("done");
  StartAgent(farm_.Address());
  ASSERT_TRUE(
      farm_.Await([](const State& s) { return !s.completions.empty(); }));
  agent_->Drain();
  EXPECT_FALSE(agent_->WaitFor(absl::Milliseconds(150)));  // past drain_grace
  farm_.Do([](State& s) { s.complete_answers.clear(); });
  EXPECT_TRUE(agent_->WaitFor(kLong));
  farm_.Do([](State& s) { EXPECT_TRUE(s.releases.empty()); });
}

}  // namespace
}  // namespace longtake::worker
