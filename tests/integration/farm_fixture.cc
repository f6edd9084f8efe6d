#include "tests/integration/farm_fixture.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <utility>

#include "common/rpc/convert.h"

namespace longtake {
Farm::Farm(const std::string& cache_dir) {
  DirectoryStoreOptions store;
  store.root = cache_dir.empty() ? dir_.Path("cache") : cache_dir;
  auto artifacts = OpenDirectoryStore(store);
  EXPECT_TRUE(artifacts.ok()) << artifacts.status();
  artifacts_ = std::move(artifacts).value();

  coordinator::CoordinatorServer::Options options;
  options.artifacts = artifacts_;
  auto coordinator = coordinator::CoordinatorServer::Start(std::move(options));
  EXPECT_TRUE(coordinator.ok()) << coordinator.status();
  coordinator_ = std::move(coordinator).value();
  stub_ = v1::Farm::NewStub(coordinator_->InProcessChannel());
}

Farm::~Farm() {
  for (auto& worker : workers_) worker->Stop();
  coordinator_->Shutdown(absl::Seconds(5));
}

void Farm::AddWorker(const std::string& id,
                     const worker::SyntheticFaults& faults, int slots,
                     int repair_overlap_frames) {
  worker::SyntheticOptions engine;
  engine.faults = faults;
  engine.description.repair_overlap_frames = repair_overlap_frames;
  worker::WorkerAgent::Options options;
  options.worker_id = id;
  options.channel = coordinator_->InProcessChannel();
  options.artifacts = artifacts_;
  options.engines = {std::make_shared<worker::SyntheticEngine>(engine)};
  options.slots = slots;
  auto agent = worker::WorkerAgent::Start(std::move(options));
  ASSERT_TRUE(agent.ok()) << agent.status();
  workers_.push_back(std::move(agent).value());
  ASSERT_TRUE(workers_.back()->WaitUntilRegistered(absl::Seconds(20)).ok());
}

JobSpec Farm::MakeSpec(const SmallJob& job) {
  return MakeSmallSpec(*artifacts_, job);
}

std::string Farm::Submit(const JobSpec& spec, const std::string& key) {
  grpc::ClientContext context;
  v1::SubmitJobRequest request;
  request.set_idempotency_key(key);
  *request.mutable_spec() = ToProto(spec);
  v1::SubmitJobResponse response;
  const grpc::Status status = stub_->SubmitJob(&context, request, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return response.job().job_id();
}

JobView Farm::Await(const std::string& job_id) {
  grpc::ClientContext watch;
  v1::WatchJobRequest events;
  events.set_job_id(job_id);
  auto stream = stub_->WatchJob(&watch, events);
  v1::JobEvent event;
  while (stream->Read(&event)) {
  }
  EXPECT_TRUE(stream->Finish().ok());

  grpc::ClientContext get;
  v1::GetJobRequest request;
  request.set_job_id(job_id);
  v1::GetJobResponse response;
  EXPECT_TRUE(stub_->GetJob(&get, request, &response).ok());
  auto job = FromProto(response.job());
  EXPECT_TRUE(job.ok()) << job.status();
  return *job;
}

JobView Farm::Run(const JobSpec& spec) {
  return Await(Submit(spec, fmt::format("run {}", submitted_++)));
}

std::vector<TaskView> Farm::Renders(const std::string& job_id) {
  grpc::ClientContext context;
  v1::ListSegmentsRequest request;
  request.set_job_id(job_id);
  v1::ListSegmentsResponse response;
  EXPECT_TRUE(stub_->ListSegments(&context, request, &response).ok());
  std::vector<TaskView> tasks;
  for (const v1::Task& task : response.tasks()) {
    auto view = FromProto(task);
    EXPECT_TRUE(view.ok()) << view.status();
    tasks.push_back(*view);
  }
  return tasks;
}

std::string Farm::TakeBytes(const JobView& job) {
  auto bytes = ReadWholeBlob(*artifacts_, job.take);
  EXPECT_TRUE(bytes.ok()) << bytes.status();
  return bytes.ok() ? *bytes : "";
}

worker::DecodedVideo Farm::DecodeTake(const JobView& job) {
  auto file = artifacts_->OpenBlob(job.take);
  EXPECT_TRUE(file.ok()) << file.status();
  return file.ok() ? worker::DecodeVideo((*file)->path())
                   : worker::DecodedVideo{};
}

int64_t CountVideoPackets(const std::string& path) {
  AVFormatContext* raw = nullptr;
  EXPECT_EQ(avformat_open_input(&raw, path.c_str(), nullptr, nullptr), 0);
  EXPECT_GE(avformat_find_stream_info(raw, nullptr), 0);
  const int video =
      av_find_best_stream(raw, AVMEDIA_TYPE_VIDEO, -1, -1, nullptr, 0);
  int64_t count = 0;
  AVPacket* packet = av_packet_alloc();
  while (av_read_frame(raw, packet) >= 0) {
    count += packet->stream_index == video;
    av_packet_unref(packet);
  }
  av_packet_free(&packet);
  avformat_close_input(&raw);
  return count;
}

}  // namespace longtake
