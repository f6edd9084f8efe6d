#pragma once
// A coordinator with a token file, on a port of this machine, and channels that
// show one token or another.

#include <fmt/format.h>
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "common/artifact/artifact_store.h"
#include "common/auth/token.h"
#include "common/digest/sha256.h"
#include "common/rpc/channel.h"
#include "common/rpc/convert.h"
#include "common/rpc/status_convert.h"
#include "common/testing/fake_clock.h"
#include "common/testing/temp_dir.h"
#include "coordinator/app/coordinator_server.h"
#include "longtake/v1/farm.grpc.pb.h"
#include "longtake/v1/worker.grpc.pb.h"

namespace longtake::coordinator {

class GuardedFarm : public ::testing::Test {
 protected:
  GuardedFarm() {
    artifacts_ = *OpenDirectoryStore({directory_.Join("store"), 0});
    Start();
  }

  void Start() {
    WriteTokens("");
    CoordinatorServer::Options options;
    options.artifacts = artifacts_;
    options.clock = clock_;
    options.tick_interval = absl::ZeroDuration();
    options.scheduler.limits.max_upload_bytes = 8 << 20;
    options.listen_address = "127.0.0.1:0";
    auto tokens = TokenRegistry::Open(tokens_path_);
    ASSERT_TRUE(tokens.ok()) << tokens.status();
    options.tokens = *std::move(tokens);
    auto server = CoordinatorServer::Start(std::move(options));
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }

  static std::string Secret(const std::string& name) {
    return "secret-token-of-" + name;
  }
  static std::string Entry(const std::string& name, const std::string& rights) {
    return fmt::format("  - {{name: {}, sha256: {}, {}}}\n", name,
                       TokenDigest(Secret(name)), rights);
  }
  // alice and anna of acme, bob of other, an operator, two workers.
  void WriteTokens(const std::string& more) {
    std::ofstream(tokens_path_ + ".new")
        << "tokens:\n"
        << Entry("alice", "tenant: acme, roles: [submit]")
        << Entry("anna", "tenant: acme, roles: [submit]")
        << Entry("bob", "tenant: other, roles: [submit]")
        << Entry("operator", "roles: [operate]")
        << Entry("worker", "roles: [worker]")
        << Entry("worker-2", "roles: [worker]") << more;
    std::filesystem::rename(tokens_path_ + ".new", tokens_path_);
  }

  // The same for the same name; "" shows no token.
  std::shared_ptr<grpc::Channel> Channel(const std::string& name) {
    auto& channel = channels_[name];
    if (channel == nullptr) {
      FarmCredentials credentials;
      if (!name.empty()) {
        credentials.token = *BearerToken::FromText(Secret(name), "the test");
      }
      channel = OpenFarmChannel(fmt::format("127.0.0.1:{}", server_->port()),
                                credentials);
    }
    return channel;
  }
  std::unique_ptr<v1::Farm::Stub> Farm(const std::string& name) {
    return v1::Farm::NewStub(Channel(name));
  }
  std::unique_ptr<v1::WorkerFarm::Stub> Workers(const std::string& name) {
    return v1::WorkerFarm::NewStub(Channel(name));
  }

  static BlobRef RefOf(const std::string& bytes) {
    return {Sha256Hex(bytes), static_cast<int64_t>(bytes.size())};
  }

  Status Upload(const std::string& name, const BlobRef& blob,
                const std::string& bytes) {
    const auto farm = Farm(name);
    grpc::ClientContext context;
    v1::UploadArtifactResponse response;
    const auto writer = farm->UploadArtifact(&context, &response);
    v1::UploadArtifactRequest part;
    *part.mutable_expect() = ToProto(blob);
    bool open = writer->Write(part);
    if (open && !bytes.empty()) {
      part.set_data(bytes);
      open = writer->Write(part);
    }
    writer->WritesDone();
    return FromGrpcStatus(writer->Finish());
  }
  Status Upload(const std::string& name, const std::string& bytes) {
    return Upload(name, RefOf(bytes), bytes);
  }

  StatusOr<std::string> Download(const std::string& name, const BlobRef& blob) {
    const auto farm = Farm(name);
    grpc::ClientContext context;
    v1::DownloadArtifactRequest request;
    *request.mutable_blob() = ToProto(blob);
    const auto reader = farm->DownloadArtifact(&context, request);
    std::string bytes;
    v1::DownloadArtifactResponse part;
    while (reader->Read(&part)) bytes += part.data();
    const Status status = FromGrpcStatus(reader->Finish());
    if (!status.ok()) return status;
    return bytes;
  }

  bool IsMissing(const std::string& name, const BlobRef& blob) {
    const auto farm = Farm(name);
    grpc::ClientContext context;
    v1::FindMissingRequest request;
    *request.add_blobs() = ToProto(blob);
    v1::FindMissingResponse response;
    const auto status = farm->FindMissing(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.missing_size() == 1;
  }

  static JobSpec Spec() {
    JobSpec spec;
    spec.portrait = {RefOf("a portrait"), "me.jpg"};
    spec.audio = {RefOf("a talk"), "talk.wav"};
    // 300 frames a segment, too short for one to be watched soon.
    spec.output.rate = {100, 1};
    spec.segment_millis = 3000;
    return spec;
  }

  StatusOr<v1::Job> Submit(const std::string& name, const std::string& key,
                           const std::string& tenant = "",
                           const JobSpec& spec = Spec()) {
    const auto farm = Farm(name);
    grpc::ClientContext context;
    v1::SubmitJobRequest request;
    request.set_idempotency_key(key);
    request.set_tenant(tenant);
    *request.mutable_spec() = ToProto(spec);
    v1::SubmitJobResponse response;
    const auto status = farm->SubmitJob(&context, request, &response);
    if (!status.ok()) return FromGrpcStatus(status);
    return response.job();
  }

  // A job of that caller's, inputs and all.
  v1::Job MakeJob(const std::string& name, const std::string& key) {
    EXPECT_TRUE(Upload(name, "a portrait").ok());
    EXPECT_TRUE(Upload(name, "a talk").ok());
    const auto job = Submit(name, key);
    EXPECT_TRUE(job.ok()) << job.status();
    return job.ok() ? *job : v1::Job();
  }

  TempDir directory_;
  const std::string tokens_path_ = directory_.Join("tokens.yaml");
  std::shared_ptr<FakeClock> clock_ = std::make_shared<FakeClock>();
  std::shared_ptr<ArtifactStore> artifacts_;
  std::unique_ptr<CoordinatorServer> server_;
  std::map<std::string, std::shared_ptr<grpc::Channel>> channels_;
};

}  // namespace longtake::coordinator
