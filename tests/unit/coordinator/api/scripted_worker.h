#pragma once
// Workers that speak worker.proto and make small fake blobs in no time. They do
// what a test calls for, nothing by themselves.

#include <fmt/format.h>
#include <grpcpp/client_context.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "common/artifact/artifact_store.h"
#include "common/digest/sha256.h"
#include "common/rpc/convert.h"
#include "common/rpc/status_convert.h"
#include "common/rpc/worker_protocol.h"
#include "longtake/v1/worker.grpc.pb.h"

namespace longtake::coordinator {

inline EngineBinding HilmBinding(const std::string& version = "1") {
  return {"hilm", version, "test-class", 2};
}

struct Work {
  FencingToken token;
  TaskSpec spec;
  TaskKind kind() const { return spec.kind(); }
  template <typename T>
  const T& as() const {
    return std::get<T>(spec.task);
  }
};

// What fake results say of the audio.
struct FakeAudio {
  int64_t frames = 900;
  std::string loudness() const {
    std::string bytes(static_cast<size_t>(frames), '\x40');
    for (size_t i = 0; i < bytes.size(); ++i) {
      bytes[i] = static_cast<char>(32 + (i * 37) % 90);
    }
    return bytes;
  }
};

class ScriptedWorker {
 public:
  ScriptedWorker(std::string id, std::shared_ptr<grpc::Channel> channel,
                 std::shared_ptr<ArtifactStore> artifacts, FakeAudio audio)
      : id_(std::move(id)),
        stub_(v1::WorkerFarm::NewStub(channel)),
        artifacts_(std::move(artifacts)),
        audio_(audio) {}

  const std::string& id() const { return id_; }

  grpc::Status Register(const EngineBinding& binding = HilmBinding(),
                        int protocol = kWorkerProtocolVersion) {
    v1::RegisterWorkerRequest request;
    request.set_worker_id(id_);
    request.set_protocol_version(protocol);
    request.set_build_version("test");
    request.set_slots(1);
    *request.add_engines() = ToProto(binding);
    grpc::ClientContext context;
    v1::RegisterWorkerResponse response;
    return stub_->RegisterWorker(&context, request, &response);
  }

  StatusOr<std::optional<Work>> Poll(
      absl::Duration wait = absl::ZeroDuration()) {
    v1::LeaseTaskRequest request;
    request.set_worker_id(id_);
    request.set_max_wait_millis(absl::ToInt64Milliseconds(wait));
    for (const std::string& digest : held_identities_) {
      request.add_held_identities(digest);
    }
    grpc::ClientContext context;
    v1::LeaseTaskResponse response;
    const grpc::Status status = stub_->LeaseTask(&context, request, &response);
    if (!status.ok()) return FromGrpcStatus(status);
    if (!response.has_task()) return std::optional<Work>();
    largest_message_ = std::max(largest_message_, response.ByteSizeLong());
    LT_ASSIGN_OR_RETURN(FencingToken token, FromProto(response.token()));
    LT_ASSIGN_OR_RETURN(TaskSpec spec, FromProto(response.spec()));
    return std::optional<Work>(Work{std::move(token), std::move(spec)});
  }

  // A lease that must be there.
  Work Take() {
    auto work = Poll();
    EXPECT_TRUE(work.ok()) << work.status().ToString();
    EXPECT_TRUE(work.ok() && work->has_value()) << id_ << " got no task";
    return work.ok() && work->has_value() ? **work : Work{};
  }

  bool HasNothing() {
    const auto work = Poll();
    EXPECT_TRUE(work.ok()) << work.status().ToString();
    return work.ok() && !work->has_value();
  }

  BlobRef Blob(const std::string& bytes) {
    auto blob = PutBlob(*artifacts_, bytes);
    EXPECT_TRUE(blob.ok()) << blob.status().ToString();
    return blob.ok() ? *blob : BlobRef{};
  }

  // The same spec gives the same result, whoever runs it.
  TaskResult Do(const Work& work) {
    TaskResult result;
    std::visit([&](const auto& task) { result.result = Make(task); },
               work.spec.task);
    result.timings.total_micros = 1000 + work.token.attempt;
    return result;
  }

  Status Complete(const Work& work, const TaskResult& result) {
    v1::CompleteTaskRequest request;
    request.set_worker_id(id_);
    *request.mutable_token() = ToProto(work.token);
    *request.mutable_result() = ToProto(result);
    largest_message_ = std::max(largest_message_, request.ByteSizeLong());
    grpc::ClientContext context;
    v1::CompleteTaskResponse response;
    return FromGrpcStatus(stub_->CompleteTask(&context, request, &response));
  }

  // As Finish; what the answer brings along.
  std::optional<Work> FinishForNext(const Work& work) {
    v1::CompleteTaskRequest request;
    request.set_worker_id(id_);
    *request.mutable_token() = ToProto(work.token);
    *request.mutable_result() = ToProto(Do(work));
    request.set_lease_next(true);
    for (const std::string& digest : held_identities_) {
      request.add_held_identities(digest);
    }
    grpc::ClientContext context;
    v1::CompleteTaskResponse response;
    const auto status = stub_->CompleteTask(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    if (!response.next().has_task()) return std::nullopt;
    const auto token = FromProto(response.next().token());
    const auto spec = FromProto(response.next().spec());
    EXPECT_TRUE(token.ok() && spec.ok());
    return Work{*token, *spec};
  }

  Status Finish(const Work& work) { return Complete(work, Do(work)); }

  Status Fail(const Work& work, const Status& error) {
    v1::FailTaskRequest request;
    request.set_worker_id(id_);
    *request.mutable_token() = ToProto(work.token);
    *request.mutable_error() = ErrorToProto(error);
    grpc::ClientContext context;
    v1::FailTaskResponse response;
    return FromGrpcStatus(stub_->FailTask(&context, request, &response));
  }

  Status Release(const Work& work) {
    v1::ReleaseTaskRequest request;
    request.set_worker_id(id_);
    *request.mutable_token() = ToProto(work.token);
    grpc::ClientContext context;
    v1::ReleaseTaskResponse response;
    return FromGrpcStatus(stub_->ReleaseTask(&context, request, &response));
  }

  v1::RenewLeaseResponse Renew(const std::vector<Work>& works,
                               int64_t frames_done = 0) {
    v1::RenewLeaseRequest request;
    request.set_worker_id(id_);
    for (const Work& work : works) {
      auto* lease = request.add_leases();
      *lease->mutable_token() = ToProto(work.token);
      lease->set_frames_done(frames_done);
    }
    grpc::ClientContext context;
    v1::RenewLeaseResponse response;
    const auto status = stub_->RenewLease(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }

  // It says so with every question for a task from now on.
  void HoldIdentity(const BlobRef& identity) {
    held_identities_.push_back(identity.sha256);
  }

  size_t largest_message() const { return largest_message_; }

 private:
  AnalyzeAudioResult Make(const AnalyzeAudioTask&) {
    AnalyzeAudioResult result;
    result.facts = {"pcm_s16le", 48000, 1, audio_.frames * 1600, false};
    result.pcm = Blob("pcm");
    result.loudness = Blob(audio_.loudness());
    result.total_frames = audio_.frames;
    return result;
  }
  AnalyzePortraitResult Make(const AnalyzePortraitTask& task) {
    return {Blob("identity of " + task.portrait.blob.sha256)};
  }
  PlanResult Make(const PlanTask& task) {
    PlanResult result;
    result.key_motions = Blob("key motions");
    if (!task.guides.empty()) {
      result.transcript_report = Blob("how the words fit");
    }
    for (const FrameRange& range : task.rendered) {
      result.motion_digests.push_back(
          Sha256Hex(fmt::format("{} {}", range.begin, range.end)));
    }
    return result;
  }
  RenderResult Make(const RenderTask& task) {
    const std::string what = fmt::format("{} {} {}", task.range.begin,
                                         task.range.end, task.motion_digest);
    return {Blob("chunk " + what), Blob("evidence " + what), task.range.size()};
  }
  AssembleResult Make(const AssembleTask& task) {
    AssembleResult result;
    std::string all = task.inputs_digest;
    for (const SegmentInput& segment : task.segments) {
      all += segment.candidates.back().chunk.sha256;
      result.chosen.push_back(static_cast<int>(segment.candidates.size()) - 1);
      if (segment.range.begin > 0) {
        SeamScore seam;
        seam.frame = segment.range.begin;
        seam.ratio = 1;
        seam.psnr_db = 99;
        result.seams.push_back(seam);
      }
    }
    result.take = Blob(all);
    result.frames = task.segments.back().range.end;
    return result;
  }

  const std::string id_;
  std::unique_ptr<v1::WorkerFarm::Stub> stub_;
  std::shared_ptr<ArtifactStore> artifacts_;
  const FakeAudio audio_;
  std::vector<std::string> held_identities_;
  size_t largest_message_ = 0;
};

}  // namespace longtake::coordinator
