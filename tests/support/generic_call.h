#pragma once
// Any rpc of any service by name, with one empty message.

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/generic/generic_stub.h>

#include <memory>
#include <string>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/rpc/status_convert.h"

namespace longtake {

inline constexpr char kHealthCheck[] = "/grpc.health.v1.Health/Check";

// Unary or stream; answers are read and dropped. `patient`: waits for a
// connection instead of failing with the first attempt.
inline Status CallEmpty(const std::shared_ptr<grpc::Channel>& channel,
                        const std::string& method, bool patient = false) {
  constexpr int kMaxReads = 100;
  grpc::GenericStub stub(channel);
  grpc::ClientContext context;
  context.set_wait_for_ready(patient);
  context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(20)));
  grpc::CompletionQueue queue;
  const auto await = [&queue] {
    void* tag = nullptr;
    bool ok = false;
    queue.Next(&tag, &ok);
    return ok;
  };
  const auto call = stub.PrepareCall(&context, method, &queue);
  call->StartCall(nullptr);
  await();
  const grpc::Slice nothing("", 0);
  call->Write(grpc::ByteBuffer(&nothing, 1), nullptr);
  await();
  call->WritesDone(nullptr);
  await();
  grpc::ByteBuffer answer;
  for (int i = 0; i < kMaxReads; ++i) {
    call->Read(&answer, nullptr);
    if (!await()) break;
  }
  grpc::Status status;
  call->Finish(&status, nullptr);
  await();
  queue.Shutdown();
  return FromGrpcStatus(status);
}

}  // namespace longtake
