// A coordinator and a worker as real processes: what they expose while they
// run a job is what docs/metrics.md lists.

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "common/rpc/convert.h"
#include "tests/integration/farm_fixture.h"
#include "tests/support/health_check.h"
#include "tests/support/http_get.h"
#include "tests/support/metrics_text.h"
#include "tests/support/process.h"
#include "tests/support/redis_server.h"

namespace longtake {
namespace {

using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

int PortOf(const std::string& address) {
  return std::atoi(address.substr(address.rfind(':') + 1).c_str());
}

std::string Metrics(int port) {
  const HttpReply reply = HttpGet(port, "/metrics");
  EXPECT_EQ(reply.code, 200);
  return reply.body;
}

// Every line, parsed; the test fails where one is no JSON object.
std::vector<nlohmann::json> JsonLines(const std::string& text) {
  std::vector<nlohmann::json> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    auto parsed = nlohmann::json::parse(line, nullptr, false);
    EXPECT_TRUE(parsed.is_object()) << line;
    if (parsed.is_object()) lines.push_back(std::move(parsed));
  }
  return lines;
}

class MetricsEndpointTest : public ::testing::Test {
 protected:
  void SetUp() override {
    coordinator_ = std::make_unique<Process>(
        std::vector<std::string>{
            LONGTAKE_BIN_DIR "/longtake-coordinator", "--listen", "127.0.0.1:0",
            "--artifacts", dir_.Path("artifacts"), "--metrics-listen",
            "127.0.0.1:0", "--log-format", "json", "--redis", redis_.url()},
        dir_.Path("coordinator"));
    coordinator_port_ = PortOf(coordinator_->AwaitLine("metrics on "));
    address_ = coordinator_->AwaitLine("listening on ");
    ASSERT_GT(coordinator_port_, 0) << coordinator_->Err();
    ASSERT_FALSE(address_.empty()) << coordinator_->Err();
    worker_ = std::make_unique<Process>(
        std::vector<std::string>{LONGTAKE_TESTS_DIR "/longtake-test-worker",
                                 "--coordinator", address_, "--artifacts",
                                 dir_.Path("artifacts"), "--slots", "2",
                                 "--worker-id", "w1", "--metrics-listen",
                                 "127.0.0.1:0", "--log-format", "json"},
        dir_.Path("worker"));
    worker_port_ = PortOf(worker_->AwaitLine("metrics on "));
    ASSERT_GT(worker_port_, 0) << worker_->Err();
    ASSERT_FALSE(worker_->AwaitLine("registered as").empty()) << worker_->Err();
  }

  JobView RunJob() {
    // The inputs are stored by a farm of the test's own in the same directory.
    Farm inputs(dir_.Path("artifacts"));
    const auto stub = v1::Farm::NewStub(Channel());
    v1::SubmitJobRequest submit;
    submit.set_idempotency_key("once");
    *submit.mutable_spec() = ToProto(inputs.MakeSpec({.crf = 23}));
    v1::SubmitJobResponse submitted;
    grpc::ClientContext context;
    const grpc::Status status = stub->SubmitJob(&context, submit, &submitted);
    EXPECT_TRUE(status.ok()) << status.error_message();
    grpc::ClientContext watch;
    v1::WatchJobRequest events;
    events.set_job_id(submitted.job().job_id());
    auto stream = stub->WatchJob(&watch, events);
    for (v1::JobEvent event; stream->Read(&event);) {
    }
    EXPECT_TRUE(stream->Finish().ok());
    v1::GetJobRequest get;
    get.set_job_id(submitted.job().job_id());
    v1::GetJobResponse got;
    grpc::ClientContext last;
    EXPECT_TRUE(stub->GetJob(&last, get, &got).ok());
    return *FromProto(got.job());
  }

  std::shared_ptr<grpc::Channel> Channel() {
    return grpc::CreateChannel(address_, grpc::InsecureChannelCredentials());
  }
  // Until the series, which is sampled or counted behind an answer, has it.
  void AwaitSeries(int port, const std::string& series, double value) {
    double seen = -1;
    for (int i = 0; i < 200; ++i) {
      seen = SeriesValue(Metrics(port), series);
      if (seen == value) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    EXPECT_EQ(seen, value) << series;
  }

  worker::TempDir dir_;
  RedisServer redis_;
  std::unique_ptr<Process> coordinator_, worker_;
  std::string address_;
  int coordinator_port_ = 0;
  int worker_port_ = 0;
};

TEST_F(MetricsEndpointTest, WhatIsExposedIsWhatIsDocumented) {
  const JobView job = RunJob();
  ASSERT_EQ(job.state, JobState::kSucceeded) << job.error;
  const std::string doc = ReadTextFile(LONGTAKE_DOCS_DIR "/metrics.md");
  for (const auto& [port, prefix] :
       {std::pair<int, const char*>{coordinator_port_, "longtake_coordinator_"},
        std::pair<int, const char*>{worker_port_, "longtake_worker_"}}) {
    MetricsByName documented = ParseMetricsDoc(doc, prefix);
    documented.merge(ParseMetricsDoc(doc, "process_"));
    EXPECT_THAT(CompareMetrics(documented, ParseExposition(Metrics(port))),
                IsEmpty());
  }
}

TEST_F(MetricsEndpointTest, AJobShowsOnBothSides) {
  AwaitSeries(coordinator_port_,
              "longtake_coordinator_pool_slots{pool=\"any\"}", 2);
  const JobView job = RunJob();
  ASSERT_EQ(job.state, JobState::kSucceeded) << job.error;
  const double frames = static_cast<double>(job.progress.frames_total);
  const double segments = job.progress.segments_total;
  AwaitSeries(worker_port_, "longtake_worker_frames_rendered_total", frames);
  AwaitSeries(worker_port_, "longtake_worker_slots_busy", 0);
  const std::string worker = Metrics(worker_port_);
  EXPECT_EQ(SumOfSeries(worker, "longtake_worker_tasks_total",
                        "kind=\"render\",outcome=\"completed\""),
            segments);
  EXPECT_EQ(
      SeriesValue(worker,
                  "longtake_worker_segment_seconds_count{stage=\"draw\"}"),
      segments);
  EXPECT_GT(SeriesValue(worker, "longtake_worker_artifact_read_bytes_total"),
            0);
  EXPECT_GT(SeriesValue(worker, "longtake_worker_artifact_written_bytes_total"),
            0);

  const std::string coordinator = Metrics(coordinator_port_);
  const auto value = [&coordinator](const std::string& series) {
    return SeriesValue(coordinator, "longtake_coordinator_" + series);
  };
  EXPECT_EQ(value("frames_rendered_total"), frames);
  EXPECT_EQ(value("attempts_total{kind=\"render\",outcome=\"completed\"}"),
            segments);
  EXPECT_EQ(value("leases_total{kind=\"render\"}"), segments);
  EXPECT_EQ(value("lease_wait_seconds_count{kind=\"render\"}"), segments);
  EXPECT_EQ(SumOfSeries(coordinator, "longtake_coordinator_seams_total"),
            segments - 1);
  EXPECT_EQ(value("jobs_submitted_total"), 1);
  EXPECT_EQ(value("jobs_ended_total{state=\"succeeded\"}"), 1);
  EXPECT_EQ(value("job_realtime_ratio_count"), 1);
  EXPECT_EQ(value("rpcs_total{code=\"OK\",method=\"SubmitJob\","
                  "service=\"longtake.v1.Farm\"}"),
            1);
  EXPECT_GT(value("recovery_epoch"), 0);
  EXPECT_GT(value("redis_command_seconds_count{command=\"complete\"}"), 0);
}

TEST_F(MetricsEndpointTest, HealthSaysTheSameOverHttpAndGrpc) {
  EXPECT_EQ(HttpGet(coordinator_port_, "/healthz").code, 200);
  EXPECT_EQ(HttpGet(coordinator_port_, "/readyz").code, 200);
  EXPECT_EQ(HttpGet(worker_port_, "/readyz").code, 200);
  for (const char* name : {"", "longtake.v1.Farm", "longtake.v1.WorkerFarm"}) {
    EXPECT_EQ(CheckHealth(Channel(), name), Serving::kYes) << name;
  }
  coordinator_->Signal(SIGKILL);
  coordinator_->Wait();
  EXPECT_EQ(HttpGet(worker_port_, "/healthz").code, 200);
}

TEST_F(MetricsEndpointTest, EveryLogLineIsJsonAndTasksAreNamed) {
  const JobView job = RunJob();
  ASSERT_EQ(job.state, JobState::kSucceeded) << job.error;
  worker_->Signal(SIGTERM);
  EXPECT_EQ(worker_->Wait(), 0);
  coordinator_->Signal(SIGTERM);
  EXPECT_EQ(coordinator_->Wait(), 0);
  for (const Process* process : {coordinator_.get(), worker_.get()}) {
    int about_tasks = 0;
    for (const nlohmann::json& line : JsonLines(process->Err())) {
      for (const char* field : {"ts", "level", "event"}) {
        EXPECT_TRUE(line.contains(field)) << line;
      }
      if (!line.contains("task")) continue;
      ++about_tasks;
      for (const char* field : {"job", "attempt", "worker"}) {
        EXPECT_TRUE(line.contains(field)) << line;
      }
    }
    EXPECT_GE(about_tasks, 10);
  }
}

TEST(MetricsFlagsTest, OpenOrWrongAddressesAreRefusedBeforeAnythingStarts) {
  worker::TempDir dir;
  const auto refuse = [&dir](std::vector<std::string> argv,
                             const std::string& what) {
    argv.insert(argv.end(), {"--artifacts", dir.Path("artifacts")});
    const ProcessResult result = RunProcess(argv, dir.Path("refused"));
    EXPECT_EQ(result.code, 2) << result.err;
    EXPECT_THAT(result.err, HasSubstr(what));
  };
  for (const char* binary : {LONGTAKE_BIN_DIR "/longtake-coordinator",
                             LONGTAKE_TESTS_DIR "/longtake-test-worker"}) {
    refuse({binary, "--metrics-listen", "0.0.0.0:0"}, "--metrics-open");
    refuse({binary, "--metrics-listen", "9464"}, "--metrics-listen");
    refuse({binary, "--log-format", "xml"}, "json");
  }
}

}  // namespace
}  // namespace longtake
