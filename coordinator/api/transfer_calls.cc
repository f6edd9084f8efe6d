#include "coordinator/api/transfer_calls.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "common/rpc/channel.h"
#include "common/rpc/convert.h"
#include "coordinator/policy/admission.h"

namespace longtake::coordinator {
namespace {

grpc::Status TooBusy() {
  return ToGrpcStatus(
      Unavailable("the coordinator is too busy or shutting down"));
}

// The same words for a blob that is not there and for another tenant's.
Status NoSuchBlob(const BlobRef& blob) {
  return NotFound(fmt::format("blob {} of {} bytes is not in the store",
                              blob.sha256, blob.size_bytes));
}

}  // namespace

UploadCall::UploadCall(CallContext& context, Caller caller,
                       v1::UploadArtifactResponse* response)
    : context_(context), caller_(std::move(caller)), response_(response) {
  context_.calls.Begin();
  StartRead(&message_);
}

void UploadCall::OnReadDone(bool ok) {
  const Status scheduled = context_.executor.Schedule([this, ok] {
    if (Handle(ok)) {
      StartRead(&message_);
    } else {
      writer_.reset();
      Finish(ToGrpcStatus(*outcome_));
    }
  });
  if (!scheduled.ok()) Finish(TooBusy());
}

bool UploadCall::Handle(bool ok) {
  if (!ok) {
    if (!outcome_) outcome_ = Close();
    return false;
  }
  if (outcome_) {
    dropped_bytes_ += static_cast<int64_t>(message_.data().size());
    return dropped_bytes_ <= context_.limits.max_upload_bytes;
  }
  const StatusOr<bool> more = HandleMessage();
  if (!more.ok()) {
    outcome_ = more.status();
    writer_.reset();
  } else if (!*more) {
    outcome_ = OkStatus();
  }
  return true;
}

StatusOr<bool> UploadCall::HandleMessage() {
  if (message_.has_expect()) return Open();
  LT_RETURN_IF_ERROR(Append(message_.data()));
  return true;
}

StatusOr<bool> UploadCall::Open() {
  if (!expect_.empty()) {
    return InvalidArgument("upload: only the first message names the blob");
  }
  LT_ASSIGN_OR_RETURN(expect_, FromProto(message_.expect()));
  const Status admitted = AdmitUpload(expect_.size_bytes, context_.limits);
  if (!admitted.ok()) {
    context_.schedule_metrics.Refused(FarmLimit::kUploadSize);
    return admitted;
  }
  // Who has not had all bytes of a blob sends them, whoever else has it: the
  // time it takes would tell. A damaged one goes, and these bytes take its
  // place.
  LT_ASSIGN_OR_RETURN(const bool sees,
                      context_.blobs.Sees(caller_.tenant, expect_));
  if (sees && context_.artifacts.VerifyBlob(expect_).ok()) {
    *response_->mutable_blob() = ToProto(expect_);
    return false;
  }
  LT_ASSIGN_OR_RETURN(writer_, context_.artifacts.CreateBlob());
  return true;
}

Status UploadCall::Append(const std::string& data) {
  if (writer_ == nullptr) {
    return InvalidArgument("upload: the first message must name the blob");
  }
  if (data.size() > kTransferChunkBytes) {
    return InvalidArgument(fmt::format("upload: a part of {} bytes; {} at most",
                                       data.size(), kTransferChunkBytes));
  }
  received_bytes_ += static_cast<int64_t>(data.size());
  if (received_bytes_ > expect_.size_bytes) {
    return InvalidArgument(fmt::format(
        "upload: more than the {} bytes announced", expect_.size_bytes));
  }
  context_.metrics.Uploaded(static_cast<int64_t>(data.size()));
  digest_.Update(data);
  return writer_->Append(data.data(), data.size());
}

Status UploadCall::Close() {
  if (writer_ == nullptr) {
    return InvalidArgument("upload: the first message must name the blob");
  }
  if (received_bytes_ != expect_.size_bytes) {
    return InvalidArgument(fmt::format("upload: {} of {} bytes came",
                                       received_bytes_, expect_.size_bytes));
  }
  const std::string digest = digest_.Hex();
  if (digest != expect_.sha256) {
    return InvalidArgument(fmt::format(
        "upload: the bytes have digest {}, announced was {}; upload again",
        digest, expect_.sha256));
  }
  LT_ASSIGN_OR_RETURN(const BlobRef blob, writer_->Commit());
  writer_.reset();
  LT_RETURN_IF_ERROR(context_.blobs.Grant(caller_.tenant, blob));
  *response_->mutable_blob() = ToProto(blob);
  return OkStatus();
}

void UploadCall::OnDone() {
  context_.calls.End();
  delete this;
}

DownloadCall::DownloadCall(CallContext& context, Caller caller,
                           const v1::DownloadArtifactRequest& request)
    : context_(context), caller_(std::move(caller)), request_(request) {
  context_.calls.Begin();
  ScheduleNext();
}

void DownloadCall::ScheduleNext() {
  const Status scheduled = context_.executor.Schedule([this] {
    const StatusOr<bool> more = Next();
    if (!more.ok()) {
      Finish(ToGrpcStatus(more.status()));
    } else if (*more) {
      StartWrite(&message_);
    } else {
      Finish(grpc::Status::OK);
    }
  });
  if (!scheduled.ok()) Finish(TooBusy());
}

Status DownloadCall::Open() {
  LT_ASSIGN_OR_RETURN(blob_, FromProto(request_.blob()));
  const int64_t size = blob_.size_bytes;
  if (request_.offset() < 0 || request_.offset() > size ||
      request_.length() < 0 || request_.length() > size - request_.offset()) {
    return OutOfRange(fmt::format("download: {} bytes from {} of a blob of {}",
                                  request_.length(), request_.offset(), size));
  }
  bool sees = caller_.Has(Role::kOperate);
  if (!sees) {
    LT_ASSIGN_OR_RETURN(sees, context_.blobs.Sees(caller_.tenant, blob_));
  }
  if (!sees) return NoSuchBlob(blob_);
  StatusOr<std::unique_ptr<LocalBlob>> pin = context_.artifacts.OpenBlob(blob_);
  if (pin.status().code() == StatusCode::kNotFound) return NoSuchBlob(blob_);
  LT_RETURN_IF_ERROR(pin.status());
  pin_ = *std::move(pin);
  offset_ = request_.offset();
  end_ = request_.length() == 0 ? size : offset_ + request_.length();
  opened_ = true;
  return OkStatus();
}

StatusOr<bool> DownloadCall::Next() {
  if (!opened_) LT_RETURN_IF_ERROR(Open());
  if (offset_ >= end_) return false;
  const int64_t length = std::min<int64_t>(kTransferChunkBytes, end_ - offset_);
  LT_ASSIGN_OR_RETURN(*message_.mutable_data(),
                      context_.artifacts.ReadBlob(blob_, offset_, length));
  offset_ += length;
  context_.metrics.Downloaded(length);
  return true;
}

void DownloadCall::OnWriteDone(bool ok) {
  if (ok) {
    ScheduleNext();
  } else {
    Finish(ToGrpcStatus(Cancelled("the reader left")));
  }
}

void DownloadCall::OnDone() {
  context_.calls.End();
  delete this;
}

}  // namespace longtake::coordinator
