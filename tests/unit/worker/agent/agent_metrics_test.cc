// What an agent counts, and when it is ready.

#include <chrono>
#include <string>
#include <thread>

#include "common/health/readiness.h"
#include "common/metrics/metrics.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/metrics_text.h"
#include "tests/unit/worker/agent/agent_fixture.h"

namespace longtake::worker {
namespace {

using State = ScriptedFarm::State;
using ::testing::HasSubstr;

class AgentMetricsTest : public AgentFixture {
 protected:
  AgentMetricsTest() {
    options_.metrics = WorkerMetrics(&registry_, "1.2.3", options_.slots);
    options_.readiness = &readiness_;
  }
  ~AgentMetricsTest() override { agent_.reset(); }

  double Value(const std::string& series) {
    return SeriesValue(registry_.Expose(), series);
  }
  // Counting comes after the answer that the farm has seen.
  double AwaitValue(const std::string& series, double value) {
    for (int i = 0; i < 5000 && Value(series) != value; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return Value(series);
  }
  std::string Ended(const std::string& kind, const std::string& outcome) {
    return fmt::format(
        "longtake_worker_tasks_total{{kind=\"{}\",outcome=\"{}\"}}", kind,
        outcome);
  }
  void ExpectReady(bool ready) {
    for (int i = 0; i < 5000 && readiness_.IsReady() != ready; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    EXPECT_EQ(readiness_.IsReady(), ready);
  }

  metrics::Registry registry_;
  Readiness readiness_;
  ScriptedFarm farm_;
};

TEST_F(AgentMetricsTest, AnAcceptedSegmentCountsWithItsStages) {
  options_.run_task = [](const TaskSpec&, TaskContext&) {
    TaskResult result;
    RenderResult render;
    render.chunk.sha256 = render.evidence.sha256 = std::string(64, 'a');
    render.chunk.size_bytes = render.evidence.size_bytes = 1;
    render.frames = 60;
    result.result = render;
    result.timings = {100'000, 1'000'000, 500'000, 2'000'000};
    return StatusOr<TaskResult>(result);
  };
  TaskSpec spec;
  spec.engine = "synthetic";
  spec.task = RenderOf(60);
  farm_.Offer("render-0", spec);
  StartAgent(farm_.Address());
  EXPECT_EQ(AwaitValue(Ended("render", "completed"), 1), 1);
  EXPECT_EQ(AwaitValue("longtake_worker_frames_rendered_total", 60), 60);
  EXPECT_EQ(
      AwaitValue("longtake_worker_segment_seconds_sum{stage=\"draw\"}", 1), 1);
  EXPECT_EQ(AwaitValue("longtake_worker_segment_realtime_ratio_sum", 1), 1);
  EXPECT_EQ(Value("longtake_worker_slots_busy"), 0);
}

TEST_F(AgentMetricsTest, ASlotIsBusyWhileItsTaskRuns) {
  farm_.Offer("a");
  StartAgent(farm_.Address());
  ASSERT_TRUE(task_.AwaitRunning(1));
  EXPECT_EQ(Value("longtake_worker_slots_busy"), 1);
  task_.Finish();
  EXPECT_EQ(AwaitValue("longtake_worker_slots_busy", 0), 0);
  EXPECT_EQ(AwaitValue(Ended("analyze_portrait", "completed"), 1), 1);
}

TEST_F(AgentMetricsTest, FailedRefusedAndDroppedTasksAreToldApart) {
  options_.run_task = [](const TaskSpec&, TaskContext&) {
    return StatusOr<TaskResult>(Unavailable("a bad day"));
  };
  farm_.Do([](State& s) { s.fail_answers = {OkStatus(), Aborted("stale")}; });
  farm_.Offer("a");
  farm_.Offer("b");
  StartAgent(farm_.Address());
  EXPECT_EQ(AwaitValue(Ended("analyze_portrait", "failed"), 1), 1);
  EXPECT_EQ(AwaitValue(Ended("analyze_portrait", "refused"), 1), 1);
}

TEST_F(AgentMetricsTest, ATaskThatAnotherWorkerHasIsDropped) {
  farm_.Offer("a");
  StartAgent(farm_.Address());
  ASSERT_TRUE(task_.AwaitRunning(1));
  farm_.Do([](State& s) {
    s.stop = {ToProto(FencingToken{"job", "a", 3, 1})};
  });
  EXPECT_EQ(AwaitValue(Ended("analyze_portrait", "dropped"), 1), 1);
}

TEST_F(AgentMetricsTest, ReportsThatAreSentAgainCount) {
  task_.Finish();
  farm_.Do([](State& s) {
    s.complete_answers = {Internal("once"), Internal("twice")};
  });
  farm_.Offer("a");
  StartAgent(farm_.Address());
  EXPECT_EQ(AwaitValue(Ended("analyze_portrait", "completed"), 1), 1);
  EXPECT_EQ(Value("longtake_worker_reports_repeated_total"), 2);
}

TEST_F(AgentMetricsTest, AWorkerIsReadyWhileAFarmKnowsItAndItTakesTasks) {
  farm_.Do([](State& s) { s.register_answers = {Unavailable("not yet")}; });
  EXPECT_TRUE(readiness_.IsReady()) << "no agent, no conditions";
  StartAgent(farm_.Address());
  ASSERT_TRUE(agent_->WaitUntilRegistered(kLong).ok());
  ExpectReady(true);
  EXPECT_EQ(Value("longtake_worker_registered"), 1);
  EXPECT_EQ(Value("longtake_worker_draining"), 0);
  EXPECT_GT(AwaitValue("longtake_worker_renewals_total{result=\"ok\"}", 1), 0);
  farm_.Do([](State& s) { s.drain_on_renewal = true; });
  ExpectReady(false);
  EXPECT_THAT(readiness_.Failing(),
              testing::ElementsAre(HasSubstr("takes no more tasks")));
  EXPECT_EQ(Value("longtake_worker_draining"), 1);
}

TEST_F(AgentMetricsTest, LostCoordinatorsShowInCallsAndRenewals) {
  StartAgent(farm_.Address());
  ASSERT_TRUE(agent_->WaitUntilRegistered(kLong).ok());
  EXPECT_EQ(Value("longtake_worker_renewals_total{result=\"failed\"}"), 0);
  farm_.Kill();
  for (const char* series :
       {"longtake_worker_renewals_total{result=\"failed\"}",
        "longtake_worker_calls_failed_total"}) {
    for (int i = 0; i < 5000 && Value(series) < 1; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    EXPECT_GE(Value(series), 1) << series;
  }
}

}  // namespace
}  // namespace longtake::worker
