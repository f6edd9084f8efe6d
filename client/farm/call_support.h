#pragma once
// What unary calls and transfers share. Private to client/farm.

#include <grpcpp/client_context.h>

#include <functional>
#include <stop_token>
#include <utility>

#include "absl/time/time.h"
#include "common/status/status.h"

namespace longtake::client {

void SetDeadline(grpc::ClientContext* context, absl::Duration from_now);

// Cancels the call once `stop` is requested, for as long as this lives.
class CancelOnStop {
 public:
  CancelOnStop(grpc::ClientContext* context, std::stop_token stop)
      : callback_(std::move(stop), [context] { context->TryCancel(); }) {}

 private:
  std::stop_callback<std::function<void()>> callback_;
};

// Sleeps; false as soon as `stop` is requested.
bool SleepUnlessStopped(absl::Duration duration, std::stop_token stop);

// True for errors of the connection rather than of the call.
bool IsPassing(const Status& status);

}  // namespace longtake::client
