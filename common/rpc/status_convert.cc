#include "common/rpc/status_convert.h"

namespace longtake {

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
