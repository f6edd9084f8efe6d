#include "worker/agent/worker_agent.h"

#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "common/rpc/worker_protocol.h"
#include "common/testing/temp_dir.h"
#include "gtest/gtest.h"
#include "tests/support/synthetic_engine.h"
#include "tests/unit/worker/agent/held_task.h"
#include "tests/unit/worker/agent/scripted_farm.h"

namespace longtake::worker {
namespace {

using State = ScriptedFarm::State;

constexpr absl::Duration kLong = absl::Seconds(20);

class WorkerAgentTest : public testing::Test {
 protected:
  WorkerAgentTest() {
    store_ = *OpenDirectoryStore({directory_.path()});
    options_.worker_id = "w1";
    options_.build_version = "1.2.3";
    options_.channel = farm_.Channel();
    options_.artifacts = store_;
    options_.engines = {std::make_shared<SyntheticEngine>()};
    options_.first_backoff = absl::Milliseconds(2);
    options_.longest_backoff = absl::Milliseconds(10);
    options_.run_task = [](const TaskSpec&, TaskContext&) {
      return StatusOr<TaskResult>(PortraitResult());
    };
  }

  void HoldTasks() {
    options_.run_task = [this](const TaskSpec& spec, TaskContext& context) {
      return task_.Run(spec, context);
    };
  }
  void StartAgent() {
    auto agent = WorkerAgent::Start(options_);
    ASSERT_TRUE(agent.ok()) << agent.status();
    agent_ = *std::move(agent);
  }
  bool AwaitCompletions(size_t count) {
    return farm_.Await(
        [=](const State& s) { return s.completions.size() >= count; });
  }

  TempDir directory_;
  ScriptedFarm farm_;
  HeldTask task_;
  std::shared_ptr<ArtifactStore> store_;
  WorkerAgent::Options options_;
  std::unique_ptr<WorkerAgent> agent_;
};

TEST_F(WorkerAgentTest, RegistersItsSlotsAndEngines) {
  options_.slots = 3;
  options_.pools = {"gpu", "night"};
  options_.gpu_memory_bytes = int64_t{24} << 30;
  options_.capabilities = {"av1"};
  StartAgent();
  ASSERT_TRUE(agent_->WaitUntilRegistered(kLong).ok());
  farm_.Do([](State& s) {
    ASSERT_EQ(s.registrations.size(), 1u);
    const v1::RegisterWorkerRequest& request = s.registrations[0];
    EXPECT_EQ(request.worker_id(), "w1");
    EXPECT_EQ(request.build_version(), "1.2.3");
    EXPECT_EQ(request.slots(), 3);
    ASSERT_EQ(request.pools_size(), 2);
    EXPECT_EQ(request.pools(1), "night");
    EXPECT_EQ(request.gpu_memory_bytes(), int64_t{24} << 30);
    ASSERT_EQ(request.capabilities_size(), 1);
    EXPECT_EQ(request.capabilities(0), "av1");
    EXPECT_EQ(request.protocol_version(), kWorkerProtocolVersion);
    ASSERT_EQ(request.engines_size(), 1);
    EXPECT_EQ(request.engines(0).name(), "synthetic");
    EXPECT_EQ(request.engines(0).overlap_frames(), 2);
    // The encoder decides bytes too.
    EXPECT_NE(request.engines(0).numerics_class().find("synthetic-1"),
              std::string::npos);
    EXPECT_NE(request.engines(0).numerics_class().find("x264"),
              std::string::npos);
  });
}

TEST_F(WorkerAgentTest, RefusesOptionsThatCannotWork) {
  options_.slots = 0;
  EXPECT_EQ(WorkerAgent::Start(options_).status().code(),
            StatusCode::kInvalidArgument);
  options_.slots = 1;
  options_.engines.clear();
  EXPECT_EQ(WorkerAgent::Start(options_).status().code(),
            StatusCode::kInvalidArgument);
}

TEST_F(WorkerAgentTest, RegistersOnceTheCoordinatorCanBeReached) {
  farm_.Do([](State& s) {
    s.register_answers = {Unavailable("starting"), DeadlineExceeded("slow")};
  });
  StartAgent();
  EXPECT_TRUE(agent_->WaitUntilRegistered(kLong).ok());
  EXPECT_EQ(
      farm_.Read<size_t>([](const State& s) { return s.registrations.size(); }),
      3u);
}

TEST_F(WorkerAgentTest, RefusalEndsTheWorkerWithTheCoordinatorsWords) {
  farm_.Do([](State& s) {
    s.register_answers = {FailedPrecondition("upgrade the worker")};
  });
  StartAgent();
  const Status refused = agent_->WaitUntilRegistered(kLong);
  EXPECT_EQ(refused.code(), StatusCode::kFailedPrecondition);
  EXPECT_NE(Message(refused).find("upgrade the worker"), std::string::npos);
  EXPECT_EQ(agent_->Wait(), refused);
}

TEST_F(WorkerAgentTest, CompletesALeasedTaskWithItsToken) {
  farm_.Offer("plan");
  StartAgent();
  ASSERT_TRUE(AwaitCompletions(1));
  farm_.Do([](State& s) {
    const v1::CompleteTaskRequest& request = s.completions[0];
    EXPECT_EQ(request.worker_id(), "w1");
    EXPECT_EQ(request.token().job_id(), "job");
    EXPECT_EQ(request.token().task_id(), "plan");
    EXPECT_EQ(request.token().epoch(), 3);
    EXPECT_EQ(request.token().attempt(), 1);
    EXPECT_EQ(request.result().analyze_portrait().identity().size_bytes(), 7);
  });
}

TEST_F(WorkerAgentTest, FailureCarriesItsCodeAndMessage) {
  options_.run_task = [](const TaskSpec&, TaskContext&) {
    return StatusOr<TaskResult>(InvalidArgument("portrait p.png: no face"));
  };
  farm_.Do([](State& s) { s.fail_answers = {Unavailable("again")}; });
  farm_.Offer("analyze-portrait");
  StartAgent();
  ASSERT_TRUE(
      farm_.Await([](const State& s) { return s.failures.size() == 2; }));
  farm_.Do([](State& s) {
    EXPECT_EQ(s.failures[1].error().code(), "INVALID_ARGUMENT");
    EXPECT_EQ(s.failures[1].error().message(), "portrait p.png: no face");
    EXPECT_EQ(s.failures[1].token().task_id(), "analyze-portrait");
  });
}

TEST_F(WorkerAgentTest, ExceptionFailsTheTaskAndTheSlotGoesOn) {
  std::atomic<int> runs = 0;
  options_.run_task = [&](const TaskSpec&, TaskContext&) {
    if (++runs == 1) throw std::runtime_error("tensor");
    return StatusOr<TaskResult>(PortraitResult());
  };
  farm_.Offer("first");
  farm_.Offer("second");
  StartAgent();
  ASSERT_TRUE(AwaitCompletions(1));
  farm_.Do([](State& s) {
    ASSERT_EQ(s.failures.size(), 1u);
    EXPECT_EQ(s.failures[0].error().code(), "INTERNAL");
    EXPECT_EQ(s.completions[0].token().task_id(), "second");
  });
}

TEST_F(WorkerAgentTest, CompletionIsRepeatedUntilItIsAcknowledged) {
  farm_.Do([](State& s) {
    s.complete_answers = {Unavailable("restarting"), DeadlineExceeded("slow"),
                          Internal("broken pipe")};
  });
  farm_.Offer("plan");
  StartAgent();
  ASSERT_TRUE(AwaitCompletions(4));
  farm_.Offer("next");
  ASSERT_TRUE(AwaitCompletions(5));
  farm_.Do([](State& s) {
    for (int i = 0; i < 4; ++i) {
      EXPECT_EQ(s.completions[i].token().task_id(), "plan");
      // Once: an answer that is lost must not take a task along.
      EXPECT_EQ(s.completions[i].lease_next(), i == 0);
      s.completions[i].clear_lease_next();
      EXPECT_EQ(s.completions[i].SerializeAsString(),
                s.completions[0].SerializeAsString());
    }
    EXPECT_EQ(s.completions[4].token().task_id(), "next");
  });
}

TEST_F(WorkerAgentTest, ResultRefusedAsStaleIsDropped) {
  StartAgent();
  for (const Status& refusal :
       {Aborted("stale token"), NotFound("no such job"),
        DataLoss("blob missing"), FailedPrecondition("job has ended")}) {
    farm_.Do([&](State& s) {
      s.complete_answers = {refusal};
      s.completions.clear();
    });
    farm_.Offer("stale");
    ASSERT_TRUE(AwaitCompletions(1));
    farm_.Offer("next");
    ASSERT_TRUE(AwaitCompletions(2));
    farm_.Do([](State& s) {
      EXPECT_EQ(s.completions[0].token().task_id(), "stale");
      EXPECT_EQ(s.completions[1].token().task_id(), "next");
      EXPECT_TRUE(s.failures.empty());
    });
  }
}

TEST_F(WorkerAgentTest, RenewalsCarryEveryLeaseAndItsProgress) {
  HoldTasks();
  options_.slots = 3;
  for (const char* id : {"a", "b", "c"}) farm_.Offer(id);
  StartAgent();
  ASSERT_TRUE(task_.AwaitRunning(3));  // side by side
  ASSERT_TRUE(farm_.Await([](const State& s) {
    if (s.renewals.empty() || s.renewals.back().leases_size() != 3) {
      return false;
    }
    for (const v1::LeaseProgress& lease : s.renewals.back().leases()) {
      if (lease.frames_done() != 11) return false;
    }
    return true;
  }));
  task_.Finish();
  ASSERT_TRUE(AwaitCompletions(3));
  ASSERT_TRUE(farm_.Await(
      [](const State& s) { return s.renewals.back().leases_size() == 0; }));
}

TEST_F(WorkerAgentTest, StopFromTheCoordinatorEndsTheTaskWithoutAReport) {
  HoldTasks();
  farm_.Offer("cancelled");
  StartAgent();
  ASSERT_TRUE(task_.AwaitRunning(1));
  farm_.Do([](State& s) {
    s.stop = {ToProto(FencingToken{"job", "cancelled", 3, 1})};
  });
  ASSERT_TRUE(farm_.Await([](const State& s) {
    return !s.renewals.empty() && s.renewals.back().leases_size() == 0;
  }));
  agent_->Drain();
  EXPECT_TRUE(agent_->Wait().ok());
  farm_.Do([](State& s) {
    EXPECT_TRUE(s.completions.empty());
    EXPECT_TRUE(s.failures.empty());
    EXPECT_TRUE(s.releases.empty());
  });
}

TEST_F(WorkerAgentTest, StopForAnotherAttemptLeavesTheTaskAlone) {
  HoldTasks();
  farm_.Offer("plan");
  StartAgent();
  ASSERT_TRUE(task_.AwaitRunning(1));
  farm_.Do([](State& s) {
    s.stop = {ToProto(FencingToken{"job", "plan", 3, 2}),
              ToProto(FencingToken{"job", "plan", 2, 1})};
    s.renewals.clear();
  });
  ASSERT_TRUE(
      farm_.Await([](const State& s) { return s.renewals.size() >= 2; }));
  task_.Finish();
  EXPECT_TRUE(AwaitCompletions(1));
}

TEST_F(WorkerAgentTest, DrainLetsARunningTaskFinishAndTakesNoOther) {
  HoldTasks();
  options_.drain_grace = kLong;
  farm_.Offer("running");
  StartAgent();
  ASSERT_TRUE(task_.AwaitRunning(1));
  agent_->Drain();
  farm_.Offer("later");
  task_.Finish();
  EXPECT_TRUE(agent_->Wait().ok());
  farm_.Do([](State& s) {
    ASSERT_EQ(s.completions.size(), 1u);
    EXPECT_EQ(s.completions[0].token().task_id(), "running");
    EXPECT_EQ(s.offers.size(), 1u);
    EXPECT_TRUE(s.releases.empty());
  });
}

TEST_F(WorkerAgentTest, DrainGivesBackWhatDoesNotFinishInTime) {
  HoldTasks();
  options_.slots = 2;
  options_.drain_grace = absl::Milliseconds(20);
  farm_.Offer("a");
  farm_.Offer("b");
  StartAgent();
  ASSERT_TRUE(task_.AwaitRunning(2));
  agent_->Drain();
  EXPECT_TRUE(agent_->Wait().ok());
  farm_.Do([](State& s) {
    ASSERT_EQ(s.releases.size(), 2u);
    EXPECT_TRUE(s.completions.empty());
    EXPECT_TRUE(s.failures.empty());
  });
}

TEST_F(WorkerAgentTest, DrainEndsEvenWhenNoReportGetsThrough) {
  options_.drain_grace = absl::Milliseconds(10);
  options_.report_grace = absl::Milliseconds(10);
  farm_.Do(
      [](State& s) { s.complete_answers.assign(100000, Unavailable("gone")); });
  farm_.Offer("plan");
  StartAgent();
  ASSERT_TRUE(AwaitCompletions(2));
  agent_->Drain();
  EXPECT_TRUE(agent_->WaitFor(kLong));
}

TEST_F(WorkerAgentTest, CoordinatorCanAskForADrain) {
  StartAgent();
  farm_.Do([](State& s) { s.drain_on_renewal = true; });
  ASSERT_TRUE(agent_->WaitFor(kLong));
  EXPECT_TRUE(agent_->Wait().ok());
}

TEST_F(WorkerAgentTest, CoordinatorCanAnswerAPollWithADrain) {
  farm_.Do([](State& s) { s.offers.emplace_back().set_drain(true); });
  StartAgent();
  ASSERT_TRUE(agent_->WaitFor(kLong));
  EXPECT_TRUE(agent_->Wait().ok());
}

TEST_F(WorkerAgentTest, RegistersAgainWhenTheCoordinatorForgotIt) {
  StartAgent();
  ASSERT_TRUE(agent_->WaitUntilRegistered(kLong).ok());
  farm_.Do([](State& s) { s.register_again = true; });
  ASSERT_TRUE(
      farm_.Await([](const State& s) { return s.registrations.size() == 2; }));
  // Twice: the first may cross the registration just made and count for
  // nothing.
  farm_.Do([](State& s) {
    s.lease_answers = {NotFound("who are you"), NotFound("who are you")};
  });
  ASSERT_TRUE(
      farm_.Await([](const State& s) { return s.registrations.size() >= 3; }));
  farm_.Offer("after");
  EXPECT_TRUE(AwaitCompletions(1));
}

TEST_F(WorkerAgentTest, PollsAgainAfterErrors) {
  farm_.Do([](State& s) {
    s.lease_answers = {Unavailable("a"), Internal("b"), Unavailable("c")};
  });
  farm_.Offer("plan");
  StartAgent();
  EXPECT_TRUE(AwaitCompletions(1));
}

TEST_F(WorkerAgentTest, StopEndsAtOnceAndReportsNothing) {
  HoldTasks();
  farm_.Offer("plan");
  StartAgent();
  ASSERT_TRUE(task_.AwaitRunning(1));
  agent_->Stop();
  EXPECT_TRUE(agent_->WaitFor(absl::ZeroDuration()));
  farm_.Do([](State& s) {
    EXPECT_TRUE(s.completions.empty());
    EXPECT_TRUE(s.failures.empty());
    EXPECT_TRUE(s.releases.empty());
  });
}

}  // namespace
}  // namespace longtake::worker
