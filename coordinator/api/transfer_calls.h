#pragma once
// Blobs over gRPC, for clients that don't share the artifact store.

#include <grpcpp/support/server_callback.h>

#include <memory>
#include <optional>
#include <string>

#include "common/digest/sha256.h"
#include "coordinator/api/call_context.h"
#include "longtake/v1/farm.grpc.pb.h"

namespace longtake::coordinator {

// Reads messages one by one into a blob that becomes visible only when its size
// and digest are those that were announced. Deletes itself.
class UploadCall final
    : public grpc::ServerReadReactor<v1::UploadArtifactRequest> {
 public:
  UploadCall(CallContext& context, Caller caller,
             v1::UploadArtifactResponse* response);

  void OnReadDone(bool ok) override;
  void OnDone() override;

 private:
  // One step for each read, in order; true: read on. Once the outcome is
  // known the rest is read and dropped, as a client that still writes must not
  // be left waiting.
  bool Handle(bool ok);
  // True: the outcome is not known yet.
  StatusOr<bool> HandleMessage();
  StatusOr<bool> Open();
  Status Append(const std::string& data);
  Status Close();

  CallContext& context_;
  const Caller caller_;
  v1::UploadArtifactResponse* const response_;
  v1::UploadArtifactRequest message_;
  BlobRef expect_;
  int64_t received_bytes_ = 0;
  int64_t dropped_bytes_ = 0;
  std::optional<Status> outcome_;
  Sha256 digest_;
  std::unique_ptr<BlobWriter> writer_;
};

// Writes chunks one by one; keeps the blob from being evicted meanwhile.
// Deletes itself.
class DownloadCall final
    : public grpc::ServerWriteReactor<v1::DownloadArtifactResponse> {
 public:
  DownloadCall(CallContext& context, Caller caller,
               const v1::DownloadArtifactRequest& request);

  void OnWriteDone(bool ok) override;
  void OnDone() override;

 private:
  void ScheduleNext();
  // True: message_ is to be written. False: all is sent.
  StatusOr<bool> Next();
  Status Open();

  CallContext& context_;
  const Caller caller_;
  const v1::DownloadArtifactRequest request_;
  v1::DownloadArtifactResponse message_;
  bool opened_ = false;
  BlobRef blob_;
  std::unique_ptr<LocalBlob> pin_;
  int64_t offset_ = 0;
  int64_t end_ = 0;
};

}  // namespace longtake::coordinator
