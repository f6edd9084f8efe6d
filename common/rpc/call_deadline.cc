#include "common/rpc/call_deadline.h"

#include <grpc/support/time.h>

#include <utility>

#include "common/rpc/status_convert.h"

namespace longtake {
namespace {

// gRPC's own deadline comes first where its timers work: its message says more.
constexpr absl::Duration kAfterGrpc = absl::Milliseconds(100);

gpr_timespec GrpcDeadline(absl::Duration from_now) {
  return gpr_time_add(
      gpr_now(GPR_CLOCK_MONOTONIC),
      gpr_time_from_nanos(absl::ToInt64Nanoseconds(from_now), GPR_TIMESPAN));
}

}  // namespace

CallDeadlines::CallDeadlines() : thread_([this] { Run(); }) {}

CallDeadlines::~CallDeadlines() {
  SteadyMutexLock lock(&mutex_);
  stopping_ = true;
}

CallDeadlines::Calls::iterator CallDeadlines::Add(
    SteadyTime end, std::shared_ptr<Watched> call) {
  SteadyMutexLock lock(&mutex_);
  return calls_.emplace(end, std::move(call));
}

void CallDeadlines::Remove(Calls::iterator call) {
  SteadyMutexLock lock(&mutex_);
  calls_.erase(call);
}

// Cancels under the lock: the context lives only until Remove.
void CallDeadlines::Run() {
  SteadyMutexLock lock(&mutex_);
  while (!stopping_) {
    const SteadyTime now = SteadyNow();
    SteadyTime next = SteadyAfter(now, absl::InfiniteDuration());
    for (auto call = calls_.begin(); call != calls_.end(); ++call) {
      if (call->second->expired) continue;
      if (call->first > now) {
        next = call->first;
        break;
      }
      call->second->expired = true;
      call->second->context->TryCancel();
    }
    const auto earlier = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      if (stopping_) return true;
      for (const auto& [end, call] : calls_) {
        if (!call->expired) return end < next;
      }
      return false;
    };
    mutex_.AwaitUntil(earlier, next);
  }
}

BoundCall::BoundCall(CallDeadlines& deadlines, grpc::ClientContext* context,
                     absl::Duration deadline, std::stop_token stop,
                     std::stop_token or_stop)
    : deadlines_(deadlines),
      watched_(std::make_shared<CallDeadlines::Watched>()),
      place_([&] {
        context->set_deadline(GrpcDeadline(deadline));
        watched_->context = context;
        return deadlines.Add(SteadyAfter(SteadyNow(), deadline + kAfterGrpc),
                             watched_);
      }()),
      on_stop_(std::move(stop), [context] { context->TryCancel(); }),
      on_other_stop_(std::move(or_stop), [context] { context->TryCancel(); }) {}

BoundCall::~BoundCall() { deadlines_.Remove(place_); }

Status BoundCall::StatusOf(const grpc::Status& status) const {
  if (status.error_code() == grpc::StatusCode::CANCELLED && watched_->expired) {
    return DeadlineExceeded("no answer in time");
  }
  return FromGrpcStatus(status);
}

}  // namespace longtake
