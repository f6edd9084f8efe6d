// The farm as real processes on loopback: one coordinator, several workers, one
// of them killed in the middle.

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "common/rpc/convert.h"
#include "tests/integration/farm_fixture.h"
#include "tests/support/process.h"
#include "tests/support/redis_server.h"

namespace longtake {
namespace {

// Slow enough that a worker can be killed in the middle of a segment.
constexpr char kWaitPerFrameMs[] = "8";

class ProcessFarm {
 public:
  ProcessFarm() {
    coordinator_ = std::make_unique<Process>(
        std::vector<std::string>{LONGTAKE_BIN_DIR "/longtake-coordinator",
                                 "--listen", "127.0.0.1:0", "--artifacts",
                                 artifacts(), "--lease-seconds", "2"},
        dir_.Path("coordinator"));
    address_ = coordinator_->AwaitLine("listening on ");
    EXPECT_FALSE(address_.empty()) << coordinator_->Err();
    stub_ = v1::Farm::NewStub(
        grpc::CreateChannel(address_, grpc::InsecureChannelCredentials()));
  }

  Process& AddWorker(const std::string& id) {
    workers_.push_back(std::make_unique<Process>(
        std::vector<std::string>{LONGTAKE_TESTS_DIR "/longtake-test-worker",
                                 "--coordinator", address_, "--artifacts",
                                 artifacts(), "--slots", "1", "--worker-id", id,
                                 "--wait-ms", kWaitPerFrameMs},
        dir_.Path(id)));
    EXPECT_FALSE(workers_.back()->AwaitLine("registered as").empty())
        << workers_.back()->Err();
    return *workers_.back();
  }

  std::vector<TaskView> Renders(const std::string& job_id) {
    grpc::ClientContext context;
    v1::ListSegmentsRequest request;
    request.set_job_id(job_id);
    v1::ListSegmentsResponse response;
    EXPECT_TRUE(stub_->ListSegments(&context, request, &response).ok());
    std::vector<TaskView> tasks;
    for (const v1::Task& task : response.tasks()) {
      tasks.push_back(*FromProto(task));
    }
    return tasks;
  }

  // Waits until `worker` is in the middle of a render.
  void AwaitBusy(const std::string& job_id, const std::string& worker) {
    for (int i = 0; i < 2000; ++i) {
      for (const TaskView& task : Renders(job_id)) {
        if (task.state == TaskState::kLeased && task.worker_id == worker) {
          return;
        }
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    FAIL() << worker << " was never given a render";
  }

  const std::string& address() const { return address_; }
  std::string artifacts() { return dir_.Path("artifacts"); }
  v1::Farm::Stub& stub() { return *stub_; }

 private:
  worker::TempDir dir_;
  std::unique_ptr<Process> coordinator_;
  std::string address_;
  std::unique_ptr<v1::Farm::Stub> stub_;
  std::vector<std::unique_ptr<Process>> workers_;
};

JobView AwaitEnd(v1::Farm::Stub& stub, const std::string& job_id) {
  grpc::ClientContext watch;
  v1::WatchJobRequest events;
  events.set_job_id(job_id);
  auto stream = stub.WatchJob(&watch, events);
  for (v1::JobEvent event; stream->Read(&event);) {
  }
  EXPECT_TRUE(stream->Finish().ok());
  grpc::ClientContext get;
  v1::GetJobRequest request;
  request.set_job_id(job_id);
  v1::GetJobResponse response;
  EXPECT_TRUE(stub.GetJob(&get, request, &response).ok());
  return *FromProto(response.job());
}

std::string Submit(v1::Farm::Stub& stub, const JobSpec& spec) {
  grpc::ClientContext context;
  v1::SubmitJobRequest request;
  request.set_idempotency_key("once");
  *request.mutable_spec() = ToProto(spec);
  v1::SubmitJobResponse response;
  const grpc::Status status = stub.SubmitJob(&context, request, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return response.job().job_id();
}

TEST(ProcessesTest, AWorkerKilledInTheMiddleChangesNoByte) {
  std::string undisturbed;
  {
    Farm farm;
    farm.AddWorker("a");
    const JobView job = farm.Run(farm.MakeSpec({.crf = 23}));
    ASSERT_EQ(job.state, JobState::kSucceeded) << job.error;
    undisturbed = farm.TakeBytes(job);
  }
  ProcessFarm farm;
  // The inputs are stored by a farm of the test's own in the same directory.
  Farm inputs(farm.artifacts());
  const JobSpec spec = inputs.MakeSpec({.crf = 23});
  Process& victim = farm.AddWorker("victim");
  farm.AddWorker("second");
  farm.AddWorker("third");
  const std::string job_id = Submit(farm.stub(), spec);
  farm.AwaitBusy(job_id, "victim");
  victim.Signal(SIGKILL);
  EXPECT_EQ(victim.Wait(), 128 + SIGKILL);

  const JobView job = AwaitEnd(farm.stub(), job_id);
  ASSERT_EQ(job.state, JobState::kSucceeded) << job.error;
  auto bytes = ReadWholeBlob(inputs.artifacts(), job.take);
  ASSERT_TRUE(bytes.ok()) << bytes.status();
  EXPECT_TRUE(*bytes == undisturbed) << "the killed worker changed the file";
  int later_attempts = 0;
  for (const TaskView& task : farm.Renders(job_id)) {
    later_attempts += task.attempt > 1;
    EXPECT_NE(task.worker_id, "");
  }
  EXPECT_GE(later_attempts, 1) << "nobody took the victim's segment over";
}

TEST(ProcessesTest, ATerminatedWorkerDrainsAndTheJobGoesOn) {
  ProcessFarm farm;
  Farm inputs(farm.artifacts());
  const JobSpec spec = inputs.MakeSpec({.crf = 23});
  Process& leaving = farm.AddWorker("leaving");
  farm.AddWorker("staying");
  const std::string job_id = Submit(farm.stub(), spec);
  farm.AwaitBusy(job_id, "leaving");
  leaving.Signal(SIGTERM);
  EXPECT_EQ(leaving.Wait(), 0) << leaving.Err();
  const JobView job = AwaitEnd(farm.stub(), job_id);
  EXPECT_EQ(job.state, JobState::kSucceeded) << job.error;
}

// Runs a worker to its end: exit code and standard error.
std::pair<int, std::string> RunWorker(const std::vector<std::string>& flags,
                                      const std::string& stem) {
  std::vector<std::string> argv = {LONGTAKE_TESTS_DIR "/longtake-test-worker"};
  argv.insert(argv.end(), flags.begin(), flags.end());
  Process worker(argv, stem);
  const int code = worker.Wait(std::chrono::seconds(60));
  return {code, worker.Err()};
}

TEST(ProcessesTest, AMistypedArtifactDirectoryIsRefusedAndNotMade) {
  ProcessFarm farm;
  worker::TempDir dir;
  const std::string typo = dir.Path("typo");
  const auto [code, error] =
      RunWorker({"--coordinator", farm.address(), "--artifacts", typo},
                dir.Path("worker"));
  EXPECT_EQ(code, 2);
  EXPECT_THAT(error, testing::HasSubstr(typo));
  EXPECT_THAT(error, testing::HasSubstr("--artifacts"));
  EXPECT_FALSE(std::filesystem::exists(typo));
}

TEST(ProcessesTest, AWorkerWithAnotherFarmsStoreIsRefused) {
  ProcessFarm farm;
  worker::TempDir dir;
  Farm other(dir.Path("other"));  // its coordinator makes a store of its own
  const auto [code, error] = RunWorker(
      {"--coordinator", farm.address(), "--artifacts", dir.Path("other")},
      dir.Path("worker"));
  EXPECT_EQ(code, 1);
  EXPECT_THAT(error, testing::HasSubstr("another artifact store"));
}

TEST(ProcessesTest, ACoordinatorOfItsOwnStateIsAloneOnItsDirectory) {
  worker::TempDir dir;
  const std::vector<std::string> argv = {
      LONGTAKE_BIN_DIR "/longtake-coordinator", "--listen", "127.0.0.1:0",
      "--artifacts", dir.Path("artifacts")};
  auto first = std::make_unique<Process>(argv, dir.Path("first"));
  ASSERT_FALSE(first->AwaitLine("listening on ").empty()) << first->Err();
  std::vector<std::string> shares = argv;
  shares.insert(shares.end(), {"--redis", "redis://127.0.0.1:1"});
  for (const auto& flags : {argv, shares}) {
    Process second(flags, dir.Path("second"));
    EXPECT_EQ(second.Wait(std::chrono::seconds(60)), 2);
    const std::string error = second.Err();
    EXPECT_THAT(error, testing::HasSubstr(dir.Path("artifacts")));
    EXPECT_THAT(error, testing::HasSubstr("alone"));
    EXPECT_EQ(std::count(error.begin(), error.end(), '\n'), 1) << error;
  }
  // However it ends, the directory is free.
  first->Signal(SIGKILL);
  first->Wait();
  Process next(argv, dir.Path("next"));
  EXPECT_FALSE(next.AwaitLine("listening on ").empty()) << next.Err();
}

TEST(ProcessesTest, NoCoordinatorOfItsOwnStateJoinsThoseThatShare) {
  worker::TempDir dir;
  RedisServer redis;
  const std::vector<std::string> alone = {
      LONGTAKE_BIN_DIR "/longtake-coordinator", "--listen", "127.0.0.1:0",
      "--artifacts", dir.Path("artifacts")};
  std::vector<std::string> shares = alone;
  shares.insert(shares.end(), {"--redis", redis.url()});
  Process first(shares, dir.Path("first"));
  ASSERT_FALSE(first.AwaitLine("listening on ").empty()) << first.Err();
  Process second(shares, dir.Path("second"));
  EXPECT_FALSE(second.AwaitLine("listening on ").empty()) << second.Err();
  Process third(alone, dir.Path("third"));
  EXPECT_EQ(third.Wait(std::chrono::seconds(60)), 2);
  EXPECT_THAT(third.Err(), testing::HasSubstr("another coordinator uses it"));
}

TEST(ProcessesTest, WrongFlagsAreExitCodeTwo) {
  worker::TempDir dir;
  EXPECT_EQ(RunWorker({}, dir.Path("a")).first, 2);
  EXPECT_EQ(RunWorker({"--artifacts", dir.Path("x"), "--slots", "many"},
                      dir.Path("b"))
                .first,
            2);
  EXPECT_EQ(RunWorker({"--help"}, dir.Path("c")).first, 0);
}

TEST(ProcessesTest, TheCoordinatorTellsItsVersion) {
  worker::TempDir dir;
  Process coordinator({LONGTAKE_BIN_DIR "/longtake-coordinator", "--version"},
                      dir.Path("coordinator"));
  EXPECT_EQ(coordinator.Wait(std::chrono::seconds(60)), 0);
  EXPECT_FALSE(coordinator.Out().empty());
}

}  // namespace
}  // namespace longtake
