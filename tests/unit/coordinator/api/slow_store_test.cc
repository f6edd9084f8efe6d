// Artifact stores that take their time: the farm goes on answering.

#include <atomic>
#include <thread>

#include "absl/synchronization/notification.h"
#include "coordinator/schedule/lease_desk.h"
#include "tests/unit/coordinator/api/troubled_farm.h"

namespace longtake::coordinator {
namespace {

using SlowStoreTest = StoreTroubleTest;

// Look-ups that hash must leave threads for everybody else.
TEST_F(SlowStoreTest, SlowVerificationsLeaveTheFarmAnswering) {
  auto worker = Worker("w1");
  const JobSpec spec = Spec();
  SubmitOk("first", spec);
  RunAll(*worker);
  // Each has two analyses to look up at first.
  const std::string id = SubmitOk("again", spec);
  SubmitOk("and again", spec);
  absl::Notification go_on;
  std::atomic<int> blocked = 0;
  store_->on_verify = [&] {
    ++blocked;
    go_on.WaitForNotification();
  };
  std::vector<std::thread> pollers;
  for (int i = 0; i < 6; ++i) {
    pollers.emplace_back([&] { EXPECT_TRUE(worker->Poll().ok()); });
  }
  const absl::Time patience = absl::Now() + absl::Seconds(30);
  while (blocked < LeaseDesk::kTriesAtOnce && absl::Now() < patience) {
    absl::SleepFor(absl::Milliseconds(1));
  }
  v1::GetJobRequest request;
  request.set_job_id(id);
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(10)));
  v1::GetJobResponse response;
  EXPECT_TRUE(farm_->GetJob(&context, request, &response).ok());
  EXPECT_EQ(blocked, LeaseDesk::kTriesAtOnce);
  go_on.Notify();
  for (std::thread& poller : pollers) poller.join();
}

// A lease that nobody hears of keeps its task from everybody.
TEST_F(SlowStoreTest, PollThatWasGivenUpInTheLineLeasesNothing) {
  auto worker = Worker("w1");
  const JobSpec spec = Spec();
  SubmitOk("first", spec);
  RunAll(*worker);
  SubmitOk("again", spec);
  SubmitOk("and again", spec);
  JobSpec fresh = spec;
  fresh.seed = 99;
  fresh.portrait.blob = *PutBlob(*artifacts_, "another portrait");
  const std::string id = SubmitOk("fresh", fresh);
  absl::Notification go_on;
  std::atomic<int> blocked = 0;
  store_->on_verify = [&] {
    ++blocked;
    go_on.WaitForNotification();
  };
  std::vector<std::thread> pollers;
  for (int i = 0; i < LeaseDesk::kTriesAtOnce; ++i) {
    pollers.emplace_back([&] { EXPECT_TRUE(worker->Poll().ok()); });
  }
  const absl::Time patience = absl::Now() + absl::Seconds(30);
  while (blocked < LeaseDesk::kTriesAtOnce && absl::Now() < patience) {
    absl::SleepFor(absl::Milliseconds(1));
  }
  auto other = Worker("w2");
  v1::LeaseTaskRequest request;
  request.set_worker_id("w2");
  request.set_max_wait_millis(20000);
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(1)));
  v1::LeaseTaskResponse response;
  EXPECT_EQ(v1::WorkerFarm::NewStub(channel_)
                ->LeaseTask(&context, request, &response)
                .error_code(),
            grpc::StatusCode::DEADLINE_EXCEEDED);
  absl::SleepFor(absl::Milliseconds(500));  // the other side hears of it
  go_on.Notify();
  for (std::thread& poller : pollers) poller.join();
  // The line is empty again once another's question comes through it.
  ASSERT_TRUE(worker->Poll().ok());
  for (const v1::Task& task : Tasks(id)) {
    for (const v1::Attempt& attempt : task.attempts()) {
      EXPECT_NE(attempt.worker_id(), "w2") << task.task_id();
    }
  }
}

}  // namespace
}  // namespace longtake::coordinator
