#include <grpcpp/generic/generic_stub.h>

#include "common/rpc/channel.h"
#include "tests/unit/coordinator/api/scripted_farm.h"

// Blobs in and out, events, lists, and what a foreign client may look at.

namespace longtake::coordinator {
namespace {

using ::testing::HasSubstr;

class TransferTest : public ScriptedFarm {
 protected:
  Status Upload(const v1::Blob& expect, const std::string& bytes,
                size_t part_bytes = kTransferChunkBytes) {
    grpc::ClientContext context;
    v1::UploadArtifactResponse response;
    auto writer = farm_->UploadArtifact(&context, &response);
    v1::UploadArtifactRequest message;
    *message.mutable_expect() = expect;
    bool going = writer->Write(message);
    for (size_t at = 0; going && at < bytes.size(); at += part_bytes) {
      message.set_data(bytes.substr(at, part_bytes));
      going = writer->Write(message);
    }
    writer->WritesDone();
    const grpc::Status status = writer->Finish();
    if (status.ok()) {
      EXPECT_EQ(response.blob().sha256(), expect.sha256());
    }
    return FromGrpcStatus(status);
  }

  StatusOr<std::string> Download(const v1::Blob& blob, int64_t offset,
                                 int64_t length) {
    v1::DownloadArtifactRequest request;
    *request.mutable_blob() = blob;
    request.set_offset(offset);
    request.set_length(length);
    grpc::ClientContext context;
    auto reader = farm_->DownloadArtifact(&context, request);
    std::string bytes;
    v1::DownloadArtifactResponse part;
    while (reader->Read(&part)) {
      EXPECT_LE(part.data().size(), size_t{kTransferChunkBytes});
      bytes += part.data();
    }
    const grpc::Status status = reader->Finish();
    if (!status.ok()) return FromGrpcStatus(status);
    return bytes;
  }

  static v1::Blob BlobOf(const std::string& bytes) {
    return ToProto(
        BlobRef{Sha256Hex(bytes), static_cast<int64_t>(bytes.size())});
  }

  std::vector<v1::JobEvent> Watch(const std::string& job_id, int64_t after,
                                  size_t limit) {
    v1::WatchJobRequest request;
    request.set_job_id(job_id);
    request.set_after_sequence(after);
    grpc::ClientContext context;
    auto reader = farm_->WatchJob(&context, request);
    std::vector<v1::JobEvent> events;
    v1::JobEvent event;
    while (events.size() < limit && reader->Read(&event)) {
      events.push_back(event);
    }
    if (events.size() == limit) context.TryCancel();
    watch_status_ = reader->Finish();
    return events;
  }

  grpc::Status watch_status_;
};

std::string Bytes(size_t size) {
  std::string bytes(size, '\0');
  for (size_t i = 0; i < size; ++i) {
    bytes[i] = static_cast<char>((i * 131 + i / 251) & 0xff);
  }
  return bytes;
}

TEST_F(TransferTest, BlobsGoInAndOutInParts) {
  const std::string bytes = Bytes((3 << 20) + 17);
  const v1::Blob blob = BlobOf(bytes);
  ASSERT_TRUE(Upload(blob, bytes).ok());
  ASSERT_TRUE(Upload(blob, bytes).ok());  // there already
  EXPECT_EQ(*Download(blob, 0, 0), bytes);
  EXPECT_EQ(*Download(blob, 1000001, 1500000), bytes.substr(1000001, 1500000));
  EXPECT_EQ(*Download(blob, static_cast<int64_t>(bytes.size()), 0), "");
  EXPECT_EQ(
      Download(blob, 5, static_cast<int64_t>(bytes.size())).status().code(),
      StatusCode::kOutOfRange);
  ASSERT_TRUE(Upload(BlobOf(""), "").ok());
}

TEST_F(TransferTest, UploadWithAnotherDigestLeavesNothing) {
  v1::Blob blob = BlobOf("expected");
  const Status status = Upload(blob, "Expected");
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(Message(status), HasSubstr("digest"));
  EXPECT_FALSE(artifacts_->HasBlob(*FromProto(blob)));
  EXPECT_FALSE(artifacts_->HasBlob(*FromProto(BlobOf("Expected"))));
}

TEST_F(TransferTest, UploadOfAnotherSizeIsRefused) {
  const v1::Blob blob = BlobOf("ten bytes!");
  EXPECT_EQ(Upload(blob, "ten").code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(Upload(blob, "ten bytes! and more").code(),
            StatusCode::kInvalidArgument);
  const std::string bytes = Bytes(2 << 20);
  EXPECT_EQ(Upload(BlobOf(bytes), bytes, 2 << 20).code(),
            StatusCode::kInvalidArgument);
  EXPECT_FALSE(artifacts_->HasBlob(*FromProto(BlobOf(bytes))));
}

TEST_F(TransferTest, UploadBeyondTheLimitIsRefusedWithTheFigures) {
  v1::Blob blob = BlobOf("ten bytes!");
  blob.set_size_bytes((int64_t{8} << 20) + 1);
  const Status status = Upload(blob, "ten");
  EXPECT_EQ(status.code(), StatusCode::kResourceExhausted);
  EXPECT_THAT(Message(status), HasSubstr("has 8388609 bytes"));
  EXPECT_THAT(Message(status), HasSubstr("limit is 8388608"));
  const std::string largest = Bytes(8 << 20);
  EXPECT_TRUE(Upload(BlobOf(largest), largest).ok());
}

TEST_F(TransferTest, PathLikeDigestsAreRefusedEverywhere) {
  for (const std::string& digest :
       {std::string("../../../../etc/passwd"), std::string(64, 'A'),
        std::string(63, 'a'), "../" + std::string(61, 'a'),
        std::string(64, '/')}) {
    v1::Blob blob;
    blob.set_sha256(digest);
    blob.set_size_bytes(1);
    EXPECT_EQ(Upload(blob, "x").code(), StatusCode::kInvalidArgument);
    EXPECT_EQ(Download(blob, 0, 0).status().code(),
              StatusCode::kInvalidArgument);
    v1::FindMissingRequest request;
    *request.add_blobs() = blob;
    grpc::ClientContext context;
    v1::FindMissingResponse response;
    EXPECT_EQ(farm_->FindMissing(&context, request, &response).error_code(),
              grpc::StatusCode::INVALID_ARGUMENT);
  }
}

TEST_F(TransferTest, FindMissingNamesWhatIsNotThere) {
  v1::FindMissingRequest request;
  *request.add_blobs() = ToProto(*PutBlob(*artifacts_, "here"));
  *request.add_blobs() = BlobOf("not here");
  grpc::ClientContext context;
  v1::FindMissingResponse response;
  ASSERT_TRUE(farm_->FindMissing(&context, request, &response).ok());
  ASSERT_EQ(response.missing_size(), 1);
  EXPECT_EQ(response.missing(0).sha256(), BlobOf("not here").sha256());
}

TEST_F(TransferTest, DownloadOfAnAbsentBlobIsNotFound) {
  EXPECT_EQ(Download(BlobOf("not here"), 0, 0).status().code(),
            StatusCode::kNotFound);
}

TEST_F(TransferTest, WatchGivesEveryEventOnceAndResumes) {
  auto worker = Worker("w1");
  const std::string id = SubmitOk("key", Spec());
  const auto head = Watch(id, 0, 1);
  ASSERT_EQ(head.size(), 1u);
  EXPECT_EQ(head[0].text(), "submitted");
  EXPECT_EQ(head[0].state(), v1::JOB_STATE_QUEUED);
  RunAll(*worker);
  const auto all = Watch(id, 0, 1000);
  ASSERT_TRUE(watch_status_.ok()) << watch_status_.error_message();
  for (size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(all[i].sequence(), static_cast<int64_t>(i) + 1);
  }
  EXPECT_EQ(all.back().state(), v1::JOB_STATE_SUCCEEDED);
  EXPECT_EQ(all.back().progress().stage(), "done");
  const auto tail = Watch(id, all[3].sequence(), 1000);
  ASSERT_EQ(tail.size(), all.size() - 4);
  EXPECT_EQ(tail.front().sequence(), all[4].sequence());
  EXPECT_EQ(Watch(id, all.back().sequence(), 1000).size(), 0u);
  EXPECT_TRUE(watch_status_.ok());
  Watch("0123456789abcdef0123456789abcdef", 0, 10);
  EXPECT_EQ(watch_status_.error_code(), grpc::StatusCode::NOT_FOUND);
}

TEST_F(TransferTest, WatcherSeesEventsAsTheyHappen) {
  auto worker = Worker("w1");
  const std::string id = SubmitOk("key", Spec());
  v1::WatchJobRequest request;
  request.set_job_id(id);
  grpc::ClientContext context;
  auto reader = farm_->WatchJob(&context, request);
  v1::JobEvent event;
  ASSERT_TRUE(reader->Read(&event));
  while (true) {
    auto work = worker->Poll();
    ASSERT_TRUE(work.ok());
    if (!work->has_value()) break;
    ASSERT_TRUE(worker->Finish(**work).ok());
    // Without a change no event would come, and this would hang.
    while (reader->Read(&event) && event.task_id() != (*work)->token.task_id) {
    }
    EXPECT_EQ(event.task_id(), (*work)->token.task_id);
    EXPECT_EQ(event.worker_id(), "w1");
  }
  EXPECT_FALSE(reader->Read(&event));
  EXPECT_TRUE(reader->Finish().ok());
}

TEST_F(TransferTest, JobsAreListedNewestFirstInPages) {
  std::vector<std::string> ids;
  for (int i = 0; i < 5; ++i) {
    JobSpec spec = Spec();
    spec.seed = static_cast<uint64_t>(i);
    ids.push_back(SubmitOk(fmt::format("key{}", i), spec));
  }
  std::vector<std::string> listed;
  v1::ListJobsRequest request;
  request.set_page_size(2);
  do {
    grpc::ClientContext context;
    v1::ListJobsResponse response;
    ASSERT_TRUE(farm_->ListJobs(&context, request, &response).ok());
    for (const v1::Job& job : response.jobs()) listed.push_back(job.job_id());
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(listed, std::vector<std::string>(ids.rbegin(), ids.rend()));
  request.set_page_token("2; drop");
  grpc::ClientContext context;
  v1::ListJobsResponse response;
  EXPECT_EQ(farm_->ListJobs(&context, request, &response).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(TransferTest, PageOfLargeJobsEndsBeforeTheMessageIsFull) {
  JobSpec spec = Spec();
  for (int i = 0; i < kMaxLabels; ++i) {
    spec.labels[fmt::format("label-{:02}{}", i, std::string(50, 'x'))] =
        std::string(kMaxValueBytes, 'x');
  }
  for (uint64_t i = 0; i < 220; ++i) {
    spec.seed = i;
    SubmitOk(fmt::format("key{}", i), spec);
  }
  v1::ListJobsRequest request;
  request.set_page_size(1000);
  int listed = 0;
  int pages = 0;
  do {
    ++pages;
    grpc::ClientContext context;
    v1::ListJobsResponse response;
    const auto status = farm_->ListJobs(&context, request, &response);
    ASSERT_TRUE(status.ok()) << status.error_message();
    listed += response.jobs_size();
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(listed, 220);
  EXPECT_EQ(pages, 2);
}

TEST_F(TransferTest, WorkersSeenLatelyAreListed) {
  auto one = Worker("w1");
  Pass(absl::Seconds(40));
  auto two = Worker("w2");
  SubmitOk("key", Spec());
  two->Take();
  const auto list = [this] {
    grpc::ClientContext context;
    v1::ListWorkersResponse response;
    EXPECT_TRUE(farm_->ListWorkers(&context, {}, &response).ok());
    return response;
  };
  const auto both = list();
  ASSERT_EQ(both.workers_size(), 2);
  EXPECT_EQ(both.workers(0).worker_id(), "w1");
  EXPECT_EQ(both.workers(1).busy(), 1);
  Pass(absl::Seconds(21));
  ASSERT_EQ(list().workers_size(), 1);
  EXPECT_EQ(list().workers(0).worker_id(), "w2");
}

grpc::ByteBuffer Buffer(const std::string& bytes) {
  const grpc::Slice slice(bytes);
  return grpc::ByteBuffer(&slice, 1);
}

std::string Text(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  EXPECT_TRUE(buffer.Dump(&slices).ok());
  std::string text;
  for (const grpc::Slice& slice : slices) {
    text.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return text;
}

// One message each way on any method, as a client without our protos would.
std::string CallForeign(const std::shared_ptr<grpc::Channel>& channel,
                        const std::string& method, const std::string& request) {
  grpc::GenericStub stub(channel);
  grpc::ClientContext context;
  grpc::CompletionQueue queue;
  auto call = stub.PrepareCall(&context, method, &queue);
  const auto next = [&queue] {
    void* tag = nullptr;
    bool ok = false;
    return queue.Next(&tag, &ok) && ok;
  };
  call->StartCall(nullptr);
  EXPECT_TRUE(next());
  call->Write(Buffer(request), nullptr);
  EXPECT_TRUE(next());
  grpc::ByteBuffer answer;
  call->Read(&answer, nullptr);
  EXPECT_TRUE(next());
  const std::string text = Text(answer);
  call->WritesDone(nullptr);
  next();
  grpc::Status status;
  call->Finish(&status, nullptr);
  next();
  queue.Shutdown();
  return text;
}

TEST_F(TransferTest, ForeignClientsFindServicesAndHealth) {
  // ServerReflectionRequest.list_services = "" is field 7.
  const std::string services = CallForeign(
      channel_,
      "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
      std::string("\x3a\x00", 2));
  EXPECT_THAT(services, HasSubstr("longtake.v1.Farm"));
  EXPECT_THAT(services, HasSubstr("longtake.v1.WorkerFarm"));
  // HealthCheckResponse.status = SERVING is field 1, value 1.
  EXPECT_EQ(CallForeign(channel_, "/grpc.health.v1.Health/Check", ""),
            std::string("\x08\x01", 2));
}

TEST(CoordinatorServerTest, ListensOnAFreePortAndRefusesATakenOne) {
  TempDir directory;
  std::shared_ptr<ArtifactStore> artifacts =
      *OpenDirectoryStore({directory.path(), 0});
  CoordinatorServer::Options options;
  options.artifacts = artifacts;
  options.listen_address = "127.0.0.1:0";
  const auto server = CoordinatorServer::Start(options);
  ASSERT_TRUE(server.ok()) << server.status().ToString();
  ASSERT_GT((*server)->port(), 0);
  const std::string address = fmt::format("127.0.0.1:{}", (*server)->port());
  auto stub = v1::Farm::NewStub(OpenFarmChannel(address));
  grpc::ClientContext context;
  v1::ListWorkersResponse response;
  EXPECT_TRUE(stub->ListWorkers(&context, {}, &response).ok());
  options.listen_address = address;
  EXPECT_EQ(CoordinatorServer::Start(options).status().code(),
            StatusCode::kUnavailable);
}

}  // namespace
}  // namespace longtake::coordinator
