// Shares, windows and a store together: who gets how many turns where workers
// stay with their jobs.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <vector>

#include "coordinator/policy/fair_windows.h"
#include "coordinator/policy/stay_shares.h"
#include "coordinator/store/memory/memory_store.h"

namespace longtake::coordinator {
namespace {

constexpr int kWorkers = 40;
constexpr int kRenders = 1500;

class StayTurnsTest : public ::testing::Test {
 protected:
  StayTurnsTest() {
    for (int i = 0; i < kWorkers; ++i) {
      WorkerRecord worker;
      worker.worker_id = fmt::format("w{}", i);
      worker.offer = offer_;
      workers_.push_back(worker);
    }
  }

  void Submit(const std::string& job_id, const std::string& tenant = "t") {
    JobRecord job;
    job.job_id = job_id;
    job.tenant = tenant;
    job.spec.engine = "hilm";
    job.submitted_at = now_;
    job.window = 1;  // until windows are set next
    std::vector<TaskRecord> tasks;
    for (int i = 0; i < kRenders; ++i) {
      TaskRecord task;
      task.task_id = fmt::format("render-{}", i);
      task.kind = TaskKind::kRender;
      task.range = {i, i + 1};
      task.spec = spec_;
      tasks.push_back(std::move(task));
    }
    ASSERT_TRUE(store_.CreateJob(job, tasks, "submitted")->created);
  }

  // As the scheduler does it once a second.
  void KeepHouse(const std::map<std::string, double>& weights) {
    const auto loads = *store_.ListLoads();
    stay_part_ = StayPart(loads, workers_);
    shares_.clear();
    for (const StayShare& share : StayShares(loads, weights, workers_)) {
      shares_[share.job_id] = share.slots;
    }
    for (const WindowOf& w : FairWindows(loads, weights, kWorkers / 4,
                                         {/*tasks_per_slot=*/2, 16, 4096})) {
      ASSERT_TRUE(
          store_.ChangeJob({w.job_id, {}, {}, w.window, now_, ""}).ok());
    }
  }

  void Ask(size_t worker) {
    const auto ready = *store_.PollReady({offer_, std::nullopt, 1});
    ASSERT_FALSE(ready.empty());
    const auto leased = *store_.Lease({ready[0].job_id, ready[0].task_id,
                                       workers_[worker].worker_id, binding_, 1,
                                       now_, now_ + absl::Hours(9), "", false});
    held_[worker] = {ready[0].job_id, leased.task_id, 1, leased.attempt};
  }

  // So many tasks are completed, by all workers in turn. Turns by job.
  std::map<std::string, int> Work(
      int count, const std::map<std::string, double>& weights = {}) {
    std::uniform_real_distribution<double> luck(0, 1);
    std::map<std::string, int> turns;
    for (int i = 0; i < count; ++i) {
      if (i % kWorkers == 0) KeepHouse(weights);
      const auto worker = static_cast<size_t>(i % kWorkers);
      const FencingToken token = held_[worker];
      if (token.task_id.empty()) {
        Ask(worker);
        continue;
      }
      CompleteRequest request;
      request.token = token;
      request.worker_id = workers_[worker].worker_id;
      request.result = result_;
      request.now = now_;
      if (luck(random_) < stay_part_) {
        request.stay = StayRequest{1, now_ + absl::Hours(9),
                                   shares_[token.job_id], luck(random_)};
      }
      const auto done = store_.Complete(request);
      EXPECT_TRUE(done.ok()) << done.status().ToString();
      ++turns[token.job_id];
      if (done.ok() && done->next) {
        ++stayed_;
        held_[worker] = {token.job_id, done->next->task_id, 1,
                         done->next->attempt};
      } else {
        Ask(worker);
      }
    }
    return turns;
  }

  const absl::Time now_ = absl::FromUnixSeconds(1767225600);
  const EngineBinding binding_{"hilm", "1", "class", 2};
  const WorkerOffer offer_{{binding_}, {}, 0, {}};
  const std::shared_ptr<const TaskSpec> spec_ =
      std::make_shared<const TaskSpec>(TaskSpec{"hilm", RenderTask{}});
  const std::shared_ptr<const TaskResult> result_ =
      std::make_shared<const TaskResult>(TaskResult{RenderResult{}, {}, {}});
  MemoryStore store_{MemoryStore::Options{}};
  std::vector<WorkerRecord> workers_;
  std::map<std::string, double> shares_;
  double stay_part_ = 0;
  FencingToken held_[kWorkers];
  std::mt19937 random_{7};
  int stayed_ = 0;
};

TEST_F(StayTurnsTest, AJobThatComesLaterGetsItsShareOfTheFarm) {
  Submit("a");
  Work(10 * kWorkers);
  EXPECT_GT(stayed_, 7 * kWorkers);  // most do
  Submit("b");
  Work(10 * kWorkers);
  stayed_ = 0;
  auto turns = Work(30 * kWorkers);
  EXPECT_GT(turns["a"], 12 * kWorkers);
  EXPECT_GT(turns["b"], 12 * kWorkers);
  EXPECT_GT(stayed_, 20 * kWorkers);
}

TEST_F(StayTurnsTest, TenantsShareByTheirWeights) {
  const std::map<std::string, double> weights = {{"big", 3}};
  Submit("a", "small");
  Submit("b", "big");
  Work(10 * kWorkers, weights);
  auto turns = Work(30 * kWorkers, weights);
  EXPECT_GT(turns["b"], 19 * kWorkers);
  EXPECT_GT(turns["a"], 5 * kWorkers);
}

TEST_F(StayTurnsTest, JobsThatOutnumberTheSlotsAllGetTurns) {
  for (int i = 0; i < 3 * kWorkers / 2; ++i) Submit(fmt::format("job {}", i));
  Work(2 * kWorkers);
  const auto turns = Work(9 * kWorkers);
  EXPECT_EQ(turns.size(), static_cast<size_t>(3 * kWorkers / 2));
  EXPECT_EQ(stayed_, 0);
}

}  // namespace
}  // namespace longtake::coordinator
