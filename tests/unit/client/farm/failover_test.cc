// A client of several coordinators, some of which die or hang in the middle of
// what they do. They are servers on ports of this machine that do what a test
// tells them.

#include <fmt/format.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <fstream>

#include "client/farm/farm_connection.h"
#include "client/farm/fetch.h"
#include "common/digest/sha256.h"
#include "common/rpc/convert.h"
#include "common/testing/temp_dir.h"

namespace longtake::client {
namespace {

// Thread-safe as far as a test changes nothing while it is called.
class ScriptedReplica final : public v1::Farm::Service {
 public:
  ScriptedReplica() {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(),
                             &port_);
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
  }
  ~ScriptedReplica() override { Kill(); }
  void Kill() {
    hangs = false;
    server_->Shutdown(std::chrono::system_clock::now());
  }
  std::string Address() const { return fmt::format("127.0.0.1:{}", port_); }

  // Breaks the connection's calls off after so many events or parts; < 0:
  // never.
  int breaks_after = -1;
  std::atomic<bool> hangs = false;
  std::vector<JobEvent> events;
  std::string blob;
  std::atomic<int> calls = 0;
  std::vector<int64_t> offsets;    // of downloads
  std::vector<int64_t> sequences;  // of watches
  std::string uploaded;

  grpc::Status ListWorkers(grpc::ServerContext* context,
                           const v1::ListWorkersRequest*,
                           v1::ListWorkersResponse*) override {
    ++calls;
    while (hangs && !context->IsCancelled()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return grpc::Status::OK;
  }

  grpc::Status WatchJob(grpc::ServerContext*,
                        const v1::WatchJobRequest* request,
                        grpc::ServerWriter<v1::JobEvent>* out) override {
    sequences.push_back(request->after_sequence());
    int sent = 0;
    for (const JobEvent& event : events) {
      if (event.sequence <= request->after_sequence()) continue;
      if (sent++ == breaks_after) return Broken();
      out->Write(ToProto(event));
    }
    return grpc::Status::OK;
  }

  grpc::Status DownloadArtifact(
      grpc::ServerContext*, const v1::DownloadArtifactRequest* request,
      grpc::ServerWriter<v1::DownloadArtifactResponse>* out) override {
    offsets.push_back(request->offset());
    int sent = 0;
    for (size_t at = request->offset(); at < blob.size(); at += 10) {
      if (sent++ == breaks_after) return Broken();
      v1::DownloadArtifactResponse part;
      part.set_data(blob.substr(at, 10));
      out->Write(part);
    }
    return grpc::Status::OK;
  }

  grpc::Status FindMissing(grpc::ServerContext*,
                           const v1::FindMissingRequest* request,
                           v1::FindMissingResponse* response) override {
    *response->mutable_missing() = request->blobs();
    return grpc::Status::OK;
  }
  grpc::Status UploadArtifact(grpc::ServerContext*,
                              grpc::ServerReader<v1::UploadArtifactRequest>* in,
                              v1::UploadArtifactResponse*) override {
    v1::UploadArtifactRequest part;
    int received = 0;
    while (in->Read(&part)) {
      if (received++ == breaks_after) return Broken();
      uploaded += part.data();
    }
    return grpc::Status::OK;
  }

 private:
  static grpc::Status Broken() {
    return grpc::Status(grpc::StatusCode::UNAVAILABLE, "shutting down");
  }

  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

class ClientFailoverTest : public testing::Test {
 protected:
  ClientFailoverTest() {
    FarmOptions options;
    options.coordinators =
        *OpenCoordinators(first_.Address() + "," + second_.Address(), "--farm");
    options.first_backoff = absl::Milliseconds(1);
    options.rpc_deadline = absl::Milliseconds(300);
    farm_ = std::make_unique<FarmConnection>(std::move(options));
  }
  static JobEvent Event(int64_t sequence) {
    JobEvent event;
    event.sequence = sequence;
    return event;
  }

  const TempDir dir_;
  ScriptedReplica first_, second_;
  std::unique_ptr<FarmConnection> farm_;
};

TEST_F(ClientFailoverTest, CallGoesToTheOtherWhereOneIsGone) {
  first_.Kill();
  EXPECT_TRUE(farm_->ListWorkers().ok());
  EXPECT_EQ(second_.calls, 1);
}

TEST_F(ClientFailoverTest, CallGoesToTheOtherWhereOneHangs) {
  first_.hangs = true;
  EXPECT_TRUE(farm_->ListWorkers().ok());
  EXPECT_EQ(first_.calls, 1);
  // And stays there.
  EXPECT_TRUE(farm_->ListWorkers().ok());
  EXPECT_EQ(first_.calls, 1);
  EXPECT_EQ(second_.calls, 2);
}

TEST_F(ClientFailoverTest, WhereAllAreGoneTheErrorNamesThem) {
  first_.Kill();
  second_.Kill();
  const Status status = farm_->ListWorkers().status();
  EXPECT_EQ(status.code(), StatusCode::kUnavailable);
  EXPECT_NE(Message(status).find(first_.Address() + ", " + second_.Address()),
            std::string::npos)
      << status;
}

TEST_F(ClientFailoverTest, WatchGoesOnAfterItsLastEventElsewhere) {
  for (int i = 1; i <= 5; ++i) {
    first_.events.push_back(Event(i));
    second_.events.push_back(Event(i));
  }
  first_.breaks_after = 3;
  std::vector<int64_t> seen;
  const Status status = farm_->WatchJob("j", 0, {}, [&](const JobEvent& event) {
    seen.push_back(event.sequence);
  });
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(seen, (std::vector<int64_t>{1, 2, 3, 4, 5}));
  EXPECT_EQ(second_.sequences, (std::vector<int64_t>{3}));
}

TEST_F(ClientFailoverTest, DownloadGoesOnAtItsOffsetElsewhere) {
  for (int i = 0; i < 100; ++i) first_.blob += static_cast<char>('a' + i % 26);
  second_.blob = first_.blob;
  first_.breaks_after = 4;
  const BlobRef blob{Sha256Hex(first_.blob), 100};
  const Status status = FetchBlob(*farm_, blob, dir_.Join("take"), {});
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(*Sha256OfFile(dir_.Join("take")), blob.sha256);
  EXPECT_EQ(second_.offsets, (std::vector<int64_t>{40}));
}

TEST_F(ClientFailoverTest, UploadStartsAgainElsewhere) {
  const std::string bytes(3 << 20, 'x');
  std::ofstream(dir_.Join("talk.wav"), std::ios::binary) << bytes;
  first_.breaks_after = 1;
  const Status status = farm_->UploadFile(
      dir_.Join("talk.wav"),
      {Sha256Hex(bytes), static_cast<int64_t>(bytes.size())}, {});
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(second_.uploaded, bytes);
}

}  // namespace
}  // namespace longtake::client
