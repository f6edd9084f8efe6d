// Files to and from a farm, in parts.

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <utility>

#include "client/farm/call_support.h"
#include "client/farm/farm_connection.h"
#include "common/digest/sha256.h"
#include "common/rpc/channel.h"
#include "common/rpc/convert.h"

namespace longtake::client {
namespace {

// A transfer may take as long as a slow line needs.
constexpr int64_t kSlowestBytesPerSecond = 256 << 10;

absl::Duration TransferDeadline(int64_t bytes) {
  return absl::Minutes(1) + absl::Seconds(bytes / kSlowestBytesPerSecond);
}

struct CloseFile {
  void operator()(FILE* file) const { (void)std::fclose(file); }
};

// Sends the file's bytes. A refused write ends it: the stream's status says
// why.
Status SendParts(const std::string& path, const BlobRef& blob,
                 grpc::ClientWriterInterface<v1::UploadArtifactRequest>* out) {
  const std::unique_ptr<FILE, CloseFile> file(std::fopen(path.c_str(), "rb"));
  if (!file) {
    return NotFound(fmt::format("read {}: {}", path, std::strerror(errno)));
  }
  v1::UploadArtifactRequest part;
  *part.mutable_expect() = ToProto(blob);
  if (!out->Write(part)) return OkStatus();
  std::string buffer(kTransferChunkBytes, '\0');
  int64_t sent = 0;
  while (true) {
    const size_t n = std::fread(buffer.data(), 1, buffer.size(), file.get());
    if (n == 0) break;
    part.set_data(buffer.data(), n);
    if (!out->Write(part)) return OkStatus();
    sent += static_cast<int64_t>(n);
  }
  if (std::ferror(file.get()) != 0 || sent != blob.size_bytes) {
    return FailedPrecondition(fmt::format(
        "{} changed while it was read: run the command again when it is "
        "complete",
        path));
  }
  return OkStatus();
}

}  // namespace

int FarmConnection::TransferAttempts() const {
  return std::max(options_.attempts,
                  static_cast<int>(coordinators_->size()) + 1);
}

Status FarmConnection::SendFile(size_t coordinator, const std::string& path,
                                const BlobRef& blob, std::stop_token stop) {
  grpc::ClientContext context;
  const BoundCall call(deadlines_, &context, TransferDeadline(blob.size_bytes),
                       stop);
  v1::UploadArtifactResponse response;
  const auto writer = stubs_[coordinator]->UploadArtifact(&context, &response);
  const Status sent = SendParts(path, blob, writer.get());
  if (!sent.ok()) {
    context.TryCancel();
    (void)writer->Finish();
    return sent;
  }
  writer->WritesDone();
  const Status status = call.StatusOf(writer->Finish());
  if (stop.stop_requested()) return Cancelled("interrupted");
  return status;
}

Status FarmConnection::UploadFile(const std::string& path, const BlobRef& blob,
                                  std::stop_token stop) {
  LT_ASSIGN_OR_RETURN(const bool missing, IsMissing(blob));
  if (!missing) return OkStatus();
  Status status;
  for (int attempt = 0; attempt < TransferAttempts(); ++attempt) {
    const size_t coordinator = coordinators_->Pick();
    status = Note(coordinator, SendFile(coordinator, path, blob, stop));
    if (status.ok() || !IsPassing(status)) break;
    if (!SleepUnlessStopped(options_.first_backoff, stop)) {
      return Cancelled("interrupted");
    }
  }
  return Annotate(Explain(status), fmt::format("upload {}", path));
}

Status FarmConnection::ReceivePart(size_t coordinator, const BlobRef& blob,
                                   std::stop_token stop, const Sink& sink,
                                   int64_t* received) {
  grpc::ClientContext context;
  const BoundCall call(deadlines_, &context, TransferDeadline(blob.size_bytes),
                       stop);
  v1::DownloadArtifactRequest request;
  *request.mutable_blob() = ToProto(blob);
  request.set_offset(*received);
  const auto reader = stubs_[coordinator]->DownloadArtifact(&context, request);
  v1::DownloadArtifactResponse part;
  Status written;
  while (written.ok() && reader->Read(&part)) {
    *received += static_cast<int64_t>(part.data().size());
    written = sink(part.data());
  }
  if (!written.ok()) {
    context.TryCancel();
    while (reader->Read(&part)) continue;
  }
  const Status status = call.StatusOf(reader->Finish());
  if (stop.stop_requested()) return Cancelled("interrupted");
  // The sink's error may have any code; it is not the coordinator's.
  return written.ok() ? Note(coordinator, status) : written;
}

Status FarmConnection::DownloadBlob(const BlobRef& blob, std::stop_token stop,
                                    const Sink& sink) {
  Sha256 hash;
  int64_t received = 0;
  Status written;
  const Sink hashed = [&](std::string_view bytes) {
    hash.Update(bytes);
    written = sink(bytes);
    return written;
  };
  Status status;
  int attempt = 0;
  while (attempt < TransferAttempts()) {
    const int64_t before = received;
    status = ReceivePart(coordinators_->Pick(), blob, stop, hashed, &received);
    LT_RETURN_IF_ERROR(written);
    if (status.ok() || !IsPassing(status)) break;
    attempt = received > before ? 1 : attempt + 1;
    if (!SleepUnlessStopped(options_.first_backoff, stop)) {
      return Cancelled("interrupted");
    }
  }
  LT_RETURN_IF_ERROR(Annotate(Explain(status), "download the take"));
  if (received != blob.size_bytes || hash.Hex() != blob.sha256) {
    return DataLoss(fmt::format(
        "downloaded {} of {} bytes, and they are not what was asked for: fetch "
        "again",
        received, blob.size_bytes));
  }
  return OkStatus();
}

}  // namespace longtake::client
