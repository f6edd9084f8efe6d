// What fair_windows.h promises of the queue, kept by a store: windows that are
// refilled now and then give tenants turns by their weights.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "coordinator/policy/fair_windows.h"
#include "coordinator/store/memory/memory_store.h"

namespace longtake::coordinator {
namespace {

class FairTurnsTest : public testing::Test {
 protected:
  void Submit(int jobs, const std::string& tenant, int renders) {
    for (int j = 0; j < jobs; ++j) {
      JobRecord job;
      job.job_id = fmt::format("{}-{}", tenant, j);
      job.tenant = tenant;
      job.spec.engine = binding_.name;
      job.window = 1;  // until the next refill
      std::vector<TaskRecord> tasks;
      for (int i = 0; i < renders; ++i) {
        TaskRecord task;
        task.task_id = fmt::format("render-{}", i);
        task.kind = TaskKind::kRender;
        task.segment = i;
        task.range = {i * 100, i * 100 + 100};
        task.spec = std::make_shared<const TaskSpec>(
            TaskSpec{binding_.name, RenderTask{}});
        tasks.push_back(task);
      }
      ASSERT_TRUE(store_.CreateJob(job, tasks, "submitted").ok());
    }
  }

  void Refill(const std::map<std::string, double>& weights) {
    const auto loads = store_.ListLoads();
    ASSERT_TRUE(loads.ok());
    for (const WindowOf& w : FairWindows(*loads, weights, kSlots, {})) {
      ChangeJobRequest change;
      change.job_id = w.job_id;
      change.window = w.window;
      ASSERT_TRUE(store_.ChangeJob(change).ok());
    }
  }

  // Leases from the head of the queue; turns by tenant.
  std::map<std::string, int> Turns(int count) {
    std::map<std::string, int> turns;
    for (int i = 0; i < count; ++i) {
      const auto page =
          store_.PollReady({{{binding_}, {}, 0, {}}, std::nullopt, 1});
      if (!page.ok() || page->empty()) break;
      const ReadyTask& ready = page->front();
      const auto leased =
          store_.Lease({ready.job_id, ready.task_id, "w", binding_, 1,
                        absl::UnixEpoch(), absl::InfiniteFuture(), "", false});
      EXPECT_TRUE(leased.ok()) << leased.status().ToString();
      ++turns[ready.job_id.substr(0, ready.job_id.find('-'))];
    }
    return turns;
  }

  static constexpr int kSlots = 16;
  const EngineBinding binding_{"hilm", "1", "class", 2};
  MemoryStore store_;
};

TEST_F(FairTurnsTest, ManyJobsAndOneOfEqualWeightTakeTurns) {
  Submit(50, "many", 20);
  Submit(1, "one", 500);
  Refill({});
  for (int round = 0; round < 3; ++round) {
    auto turns = Turns(100);
    EXPECT_NEAR(turns["one"], 50, 2) << round;
    Refill({});
  }
}

TEST_F(FairTurnsTest, WeightsSetTheTurns) {
  Submit(3, "light", 200);
  Submit(2, "heavy", 200);
  Refill({{"heavy", 3}});
  auto turns = Turns(256);
  EXPECT_NEAR(turns["heavy"], 192, 4);
  EXPECT_NEAR(turns["light"], 64, 4);
}

TEST_F(FairTurnsTest, OneThatComesLaterHasItsShareAfterOneRound) {
  Submit(1, "early", 1000);
  Refill({});
  EXPECT_EQ(Turns(100)["early"], 100);
  Submit(1, "late", 1000);
  Refill({});
  Turns(64);  // what was queued before
  EXPECT_NEAR(Turns(128)["late"], 64, 4);
}

TEST_F(FairTurnsTest, WhatOneTenantCannotUseTheOthersGet) {
  Submit(1, "busy", 500);
  Submit(1, "brief", 10);
  Refill({});
  auto turns = Turns(300);
  EXPECT_EQ(turns["brief"], 10);
  EXPECT_EQ(turns["busy"], 290);
}

}  // namespace
}  // namespace longtake::coordinator
