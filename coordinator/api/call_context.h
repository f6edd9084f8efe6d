#pragma once
// What every rpc of both services needs, and the shape of a unary one: off to
// the executor, call, convert the status. gRPC's own threads never block.

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <atomic>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "common/artifact/artifact_store.h"
#include "common/artifact/tenant_blobs.h"
#include "common/concurrency/executor.h"
#include "common/rpc/status_convert.h"
#include "coordinator/api/access.h"
#include "coordinator/metrics/coordinator_metrics.h"
#include "coordinator/policy/admission.h"
#include "coordinator/schedule/lease_desk.h"
#include "coordinator/schedule/scheduler.h"

namespace longtake::coordinator {

// Counts calls that are not finished, so that a shutdown can wait for them.
// Thread-safe.
class CallGauge {
 public:
  void Begin() {
    absl::MutexLock lock(&mutex_);
    ++open_;
  }
  void End() {
    absl::MutexLock lock(&mutex_);
    --open_;
  }
  // False when calls are still open after `limit`.
  bool WaitUntilNone(absl::Duration limit) {
    absl::MutexLock lock(&mutex_);
    const auto none = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return open_ == 0;
    };
    return mutex_.AwaitWithTimeout(absl::Condition(&none), limit);
  }

 private:
  absl::Mutex mutex_;
  int open_ ABSL_GUARDED_BY(mutex_) = 0;
};

// Borrows everything; outlives all calls.
struct CallContext {
  Scheduler& scheduler;
  LeaseDesk& desk;
  ArtifactStore& artifacts;
  Executor& executor;
  Access& access;
  WorkerOwners& owners;
  TenantBlobs& blobs;
  CallGauge calls;
  std::atomic<bool> closing = false;
  FarmLimits limits = {};
  FarmGauges metrics = {};
  ScheduleMetrics schedule_metrics = {};
};

// A stream that is not served: ends at once with the status. Deletes itself.
template <typename Reactor>
class Refusal final : public Reactor {
 public:
  explicit Refusal(const Status& why) { this->Finish(ToGrpcStatus(why)); }
  void OnDone() override { delete this; }
};

// `call(caller)` returns a Status and may block; it may use request and
// response until it returns. Not run when the caller has none of the roles, or
// has given up meanwhile.
template <typename Call>
grpc::ServerUnaryReactor* Serve(CallContext& context,
                                grpc::CallbackServerContext* rpc, Roles needed,
                                Call call) {
  grpc::ServerUnaryReactor* reactor = rpc->DefaultReactor();
  StatusOr<Caller> caller = context.access.Admit(*rpc, needed);
  if (!caller.ok()) {
    reactor->Finish(ToGrpcStatus(caller.status()));
    return reactor;
  }
  context.calls.Begin();
  const Status scheduled = context.executor.Schedule(
      [&context, rpc, reactor, caller = *std::move(caller),
       call = std::move(call)]() mutable {
        const Status status =
            rpc->IsCancelled() ? Cancelled("the caller gave up") : call(caller);
        reactor->Finish(ToGrpcStatus(status));
        context.calls.End();
      });
  if (!scheduled.ok()) {
    reactor->Finish(ToGrpcStatus(
        Unavailable("the coordinator is too busy or shutting down")));
    context.calls.End();
  }
  return reactor;
}

}  // namespace longtake::coordinator
