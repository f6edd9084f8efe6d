#include "tests/support/health_check.h"

#include <grpcpp/client_context.h>
#include <grpcpp/impl/codegen/client_unary_call.h>
#include <grpcpp/impl/codegen/rpc_method.h>
#include <grpcpp/support/byte_buffer.h>

#include <chrono>

namespace longtake {
namespace {

constexpr std::chrono::seconds kLimit{10};
// health.proto: both messages have one field, number 1.
constexpr char kServiceTag = 0x0a;  // length-delimited
constexpr char kStatusTag = 0x08;   // varint
constexpr int kServing = 1;

}  // namespace

Serving CheckHealth(const std::shared_ptr<grpc::Channel>& channel,
                    const std::string& service) {
  std::string request;
  if (!service.empty()) {
    request = {kServiceTag, static_cast<char>(service.size())};
    request += service;
  }
  const grpc::Slice slice(request);
  const grpc::ByteBuffer question(&slice, 1);
  grpc::ByteBuffer answer;
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kLimit);
  const grpc::internal::RpcMethod method("/grpc.health.v1.Health/Check",
                                         grpc::internal::RpcMethod::NORMAL_RPC);
  const grpc::Status status = grpc::internal::BlockingUnaryCall(
      channel.get(), method, &context, question, &answer);
  if (status.error_code() == grpc::StatusCode::NOT_FOUND) {
    return Serving::kNoSuchService;
  }
  grpc::Slice bytes;
  if (!status.ok() || !answer.DumpToSingleSlice(&bytes).ok()) {
    return Serving::kNoAnswer;
  }
  if (bytes.size() != 2 || bytes.begin()[0] != kStatusTag) {
    return Serving::kUnknown;
  }
  return bytes.begin()[1] == kServing ? Serving::kYes : Serving::kNo;
}

}  // namespace longtake
