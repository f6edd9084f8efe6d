#pragma once
// A coordinator on an in-process channel with a clock that stands still, and
// scripted workers. Nothing happens but what a test calls for.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <grpcpp/client_context.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/artifact/artifact_store.h"
#include "common/digest/sha256.h"
#include "common/job/job_json.h"
#include "common/metrics/monitoring.h"
#include "common/rpc/convert.h"
#include "common/rpc/status_convert.h"
#include "common/testing/fake_clock.h"
#include "common/testing/temp_dir.h"
#include "coordinator/app/coordinator_server.h"
#include "longtake/v1/farm.grpc.pb.h"
#include "longtake/v1/worker.grpc.pb.h"
#include "tests/unit/coordinator/api/scripted_worker.h"

namespace longtake::coordinator {

class ScriptedFarm : public ::testing::Test {
 protected:
  ScriptedFarm() {
    auto store = OpenDirectoryStore({directory_.path(), 0});
    EXPECT_TRUE(store.ok()) << store.status().ToString();
    artifacts_ = std::move(*store);
    scheduler_.limits.max_upload_bytes = 8 << 20;
    StartServer();
  }

  // Again: a coordinator that was restarted, with what scheduler_ and
  // monitoring_ say now.
  void StartServer() {
    farm_.reset();
    channel_.reset();
    server_.reset();
    CoordinatorServer::Options options;
    options.artifacts = artifacts_;
    options.clock = clock_;
    options.tick_interval = absl::ZeroDuration();
    options.scheduler = scheduler_;
    options.monitoring = monitoring_.get();
    auto server = CoordinatorServer::Start(std::move(options));
    ASSERT_TRUE(server.ok()) << server.status().ToString();
    server_ = std::move(*server);
    channel_ = server_->InProcessChannel();
    farm_ = v1::Farm::NewStub(channel_);
  }

  // Time passes, and the coordinator looks up.
  void Pass(absl::Duration time) {
    clock_->Advance(time);
    server_->Tick();
  }

  std::unique_ptr<ScriptedWorker> Worker(
      const std::string& id, const EngineBinding& binding = HilmBinding()) {
    auto worker =
        std::make_unique<ScriptedWorker>(id, channel_, artifacts_, audio_);
    const grpc::Status status = worker->Register(binding);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return worker;
  }

  JobSpec Spec() {
    JobSpec spec;
    spec.portrait = {*PutBlob(*artifacts_, "a portrait"), "me.jpg"};
    spec.audio = {*PutBlob(*artifacts_, "a talk"), "talk.wav"};
    // 300 frames a segment, too short for one to be watched soon.
    spec.output.rate = {100, 1};
    spec.segment_millis = 3000;
    return spec;
  }

  StatusOr<v1::SubmitJobResponse> Submit(const std::string& key,
                                         const JobSpec& spec,
                                         const std::string& tenant = "") {
    v1::SubmitJobRequest request;
    request.set_tenant(tenant);
    request.set_idempotency_key(key);
    *request.mutable_spec() = ToProto(spec);
    grpc::ClientContext context;
    v1::SubmitJobResponse response;
    const auto status = farm_->SubmitJob(&context, request, &response);
    if (!status.ok()) return FromGrpcStatus(status);
    return response;
  }

  std::string SubmitOk(const std::string& key, const JobSpec& spec,
                       const std::string& tenant = "") {
    const auto response = Submit(key, spec, tenant);
    EXPECT_TRUE(response.ok()) << response.status().ToString();
    return response.ok() ? response->job().job_id() : "";
  }

  JobView Job(const std::string& job_id) {
    v1::GetJobRequest request;
    request.set_job_id(job_id);
    grpc::ClientContext context;
    v1::GetJobResponse response;
    const auto status = farm_->GetJob(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    auto view = FromProto(response.job());
    EXPECT_TRUE(view.ok()) << view.status().ToString();
    return view.ok() ? *view : JobView{};
  }

  std::vector<v1::Task> Tasks(const std::string& job_id) {
    v1::ListSegmentsRequest request;
    request.set_job_id(job_id);
    request.set_all_tasks(true);
    grpc::ClientContext context;
    v1::ListSegmentsResponse response;
    const auto status = farm_->ListSegments(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return {response.tasks().begin(), response.tasks().end()};
  }

  v1::Task Task(const std::string& job_id, const std::string& task_id) {
    for (const v1::Task& task : Tasks(job_id)) {
      if (task.task_id() == task_id) return task;
    }
    ADD_FAILURE() << "no task " << task_id;
    return {};
  }

  StatusOr<v1::Job> Cancel(const std::string& job_id) {
    v1::CancelJobRequest request;
    request.set_job_id(job_id);
    grpc::ClientContext context;
    v1::CancelJobResponse response;
    const auto status = farm_->CancelJob(&context, request, &response);
    if (!status.ok()) return FromGrpcStatus(status);
    return response.job();
  }

  StatusOr<v1::Job> Retry(const std::string& job_id) {
    v1::RetryJobRequest request;
    request.set_job_id(job_id);
    grpc::ClientContext context;
    v1::RetryJobResponse response;
    const auto status = farm_->RetryJob(&context, request, &response);
    if (!status.ok()) return FromGrpcStatus(status);
    return response.job();
  }

  // Works until nothing is offered. How many tasks were run.
  int RunAll(ScriptedWorker& worker) {
    int done = 0;
    while (true) {
      auto work = worker.Poll();
      EXPECT_TRUE(work.ok()) << work.status().ToString();
      if (!work.ok() || !work->has_value()) return done;
      const Status finished = worker.Finish(**work);
      EXPECT_TRUE(finished.ok()) << finished.ToString();
      if (!finished.ok()) return done;
      ++done;
    }
  }

  // Runs tasks until one of `kind` is leased, and returns it unfinished.
  Work RunUntil(ScriptedWorker& worker, TaskKind kind) {
    while (true) {
      Work work = worker.Take();
      if (::testing::Test::HasFailure() || work.kind() == kind) return work;
      EXPECT_TRUE(worker.Finish(work).ok());
    }
  }

  TempDir directory_;
  FakeAudio audio_;
  std::shared_ptr<FakeClock> clock_ = std::make_shared<FakeClock>();
  std::shared_ptr<ArtifactStore> artifacts_;
  SchedulerOptions scheduler_;
  std::unique_ptr<metrics::Monitoring> monitoring_;  // null = none
  std::unique_ptr<CoordinatorServer> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::Farm::Stub> farm_;
};

}  // namespace longtake::coordinator
