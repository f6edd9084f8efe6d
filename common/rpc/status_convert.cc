#include "common/rpc/status_convert.h"

#include <array>
#include <utility>

namespace longtake {
namespace {

// Abseil and gRPC number the canonical codes alike.
constexpr std::array<std::pair<StatusCode, const char*>, 17> kCodeNames = {{
    {StatusCode::kOk, "OK"},
    {StatusCode::kCancelled, "CANCELLED"},
    {StatusCode::kUnknown, "UNKNOWN"},
    {StatusCode::kInvalidArgument, "INVALID_ARGUMENT"},
    {StatusCode::kDeadlineExceeded, "DEADLINE_EXCEEDED"},
    {StatusCode::kNotFound, "NOT_FOUND"},
    {StatusCode::kAlreadyExists, "ALREADY_EXISTS"},
    {StatusCode::kPermissionDenied, "PERMISSION_DENIED"},
    {StatusCode::kResourceExhausted, "RESOURCE_EXHAUSTED"},
    {StatusCode::kFailedPrecondition, "FAILED_PRECONDITION"},
    {StatusCode::kAborted, "ABORTED"},
    {StatusCode::kOutOfRange, "OUT_OF_RANGE"},
    {StatusCode::kUnimplemented, "UNIMPLEMENTED"},
    {StatusCode::kInternal, "INTERNAL"},
    {StatusCode::kUnavailable, "UNAVAILABLE"},
    {StatusCode::kDataLoss, "DATA_LOSS"},
    {StatusCode::kUnauthenticated, "UNAUTHENTICATED"},
}};

}  // namespace

grpc::Status ToGrpcStatus(const Status& status) {
  if (status.ok()) return grpc::Status::OK;
  return grpc::Status(static_cast<grpc::StatusCode>(status.raw_code()),
                      Message(status));
}

Status FromGrpcStatus(const grpc::Status& status) {
  if (status.ok()) return OkStatus();
  const int code = static_cast<int>(status.error_code());
  const bool known = code > 0 && code <= 16;
  return MakeStatus(
      known ? static_cast<StatusCode>(code) : StatusCode::kUnknown,
      status.error_message());
}

std::string StatusCodeName(StatusCode code) {
  for (const auto& [known, name] : kCodeNames) {
    if (known == code) return name;
  }
  return "UNKNOWN";
}

StatusCode ParseStatusCodeName(const std::string& name) {
  for (const auto& [code, known] : kCodeNames) {
    if (name == known) return code;
  }
  return StatusCode::kUnknown;
}

v1::Error ErrorToProto(const Status& status) {
  v1::Error error;
  if (status.ok()) return error;
  error.set_code(StatusCodeName(status.code()));
  error.set_message(Message(status));
  return error;
}

Status ErrorFromProto(const v1::Error& error) {
  if (error.code().empty() || error.code() == "OK") return OkStatus();
  return MakeStatus(ParseStatusCodeName(error.code()), error.message());
}

}  // namespace longtake
