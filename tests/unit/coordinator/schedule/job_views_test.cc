// What a job says that it waits for.

#include "coordinator/schedule/job_views.h"

#include <gtest/gtest.h>

namespace longtake::coordinator {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(100000);

class WaitingForTest : public ::testing::Test {
 protected:
  WaitingForTest() {
    job_.state = JobState::kRunning;
    job_.spec.engine = "hilm";
  }

  void AddTask(const std::string& id, TaskState state,
               const std::string& pool = "") {
    TaskRecord& task = tasks_.emplace_back();
    task.task_id = id;
    task.state = state;
    task.needs.pool = pool;
  }
  WorkerRecord& AddWorker(const std::string& id, const std::string& pool = "") {
    WorkerRecord& worker = live_.emplace_back();
    worker.worker_id = id;
    worker.offer.engines = {{"hilm", "1", "class", 2}};
    if (!pool.empty()) worker.offer.pools = {pool};
    return worker;
  }
  void Quarantine(WorkerRecord& worker) {
    worker.health.quarantines = 1;
    worker.health.quarantined_until = kNow + absl::Seconds(60);
  }
  std::string Text() const { return WaitingFor(job_, tasks_, live_, kNow); }

  JobRecord job_;
  std::vector<TaskRecord> tasks_;
  std::vector<WorkerRecord> live_;
};

TEST_F(WaitingForTest, AJobOfWhichSomethingRunsWaitsForNothing) {
  AddTask("a", TaskState::kReady);
  AddTask("b", TaskState::kLeased);
  EXPECT_EQ(Text(), "");
  job_.state = JobState::kSucceeded;
  tasks_.pop_back();
  EXPECT_EQ(Text(), "");
}

TEST_F(WaitingForTest, NoWorkerNoneThatFitsAndNoFreeSlotAreToldApart) {
  AddTask("render-00000-g0", TaskState::kReady, "gpu");
  EXPECT_EQ(Text(),
            "a worker with engine hilm, in pool gpu: none is connected");
  AddWorker("w1");
  EXPECT_EQ(Text(),
            "a worker with engine hilm, in pool gpu: 1 connected, none fits");
  AddWorker("w2", "gpu");
  EXPECT_EQ(Text(), "a free slot for render-00000-g0 on 1 worker(s)");
  live_.back().draining = true;
  EXPECT_EQ(Text(),
            "a worker with engine hilm, in pool gpu: 2 connected, none fits");
}

TEST_F(WaitingForTest, ABoundJobNamesItsBuild) {
  job_.binding = EngineBinding{"hilm", "2", "other", 2};
  AddTask("plan", TaskState::kReady);
  AddWorker("w1");
  EXPECT_EQ(Text(),
            "a worker with engine hilm 2, numerics class other: 1 connected, "
            "none fits");
}

TEST_F(WaitingForTest, QuarantinedWorkersAreNotAble) {
  AddTask("plan", TaskState::kReady);
  AddTask("audio", TaskState::kReady);
  Quarantine(AddWorker("w1"));
  EXPECT_EQ(Text(),
            "a worker with engine hilm: 1 connected, none fits but 1 in "
            "quarantine");
  AddWorker("w2");
  EXPECT_EQ(Text(), "a free slot for plan on 1 worker(s)");
  live_.front().health.quarantined_until = kNow;
  EXPECT_EQ(Text(), "a free slot for plan on 2 worker(s)");
}

TEST_F(WaitingForTest, EachKindOfNeedsIsTold) {
  AddTask("analyze-audio", TaskState::kReady, "cpu");
  AddTask("analyze-portrait", TaskState::kReady, "gpu");
  AddTask("render-00000-g0", TaskState::kReady, "gpu");
  AddWorker("w1", "cpu");
  EXPECT_EQ(Text(),
            "a free slot for analyze-audio on 1 worker(s); a worker with "
            "engine hilm, in pool gpu: 1 connected, none fits");
  live_.clear();
  EXPECT_EQ(Text(),
            "a worker with engine hilm, in pool cpu: none is connected; a "
            "worker with engine hilm, in pool gpu: none is connected");
}

TEST_F(WaitingForTest, APauseBeforeARetryNeedsAWorkerToo) {
  AddTask("plan", TaskState::kWaitingRetry, "gpu");
  tasks_.back().last_error = Unavailable("the GPU is gone");
  EXPECT_EQ(Text(),
            "a worker with engine hilm, in pool gpu: none is connected");
  AddWorker("w1", "gpu");
  EXPECT_EQ(Text(), "the pause before plan is tried again: the GPU is gone");
}

}  // namespace
}  // namespace longtake::coordinator
