#pragma once
// Ends calls at their deadline by the steady clock. gRPC 1.51 sleeps until
// times of the wall clock (grpc/grpc#32176): after one that is set back by an
// hour its own deadlines come an hour late, and a call to a dead machine would
// hang.

#include <grpcpp/client_context.h>

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <stop_token>
#include <thread>

#include "absl/time/time.h"
#include "common/status/status.h"
#include "common/time/steady_mutex.h"

namespace longtake {

// Thread-safe. Owns a thread that cancels calls whose deadline has passed.
// Outlives its calls.
class CallDeadlines {
 public:
  CallDeadlines();
  ~CallDeadlines();
  CallDeadlines(const CallDeadlines&) = delete;
  CallDeadlines& operator=(const CallDeadlines&) = delete;

 private:
  friend class BoundCall;
  struct Watched {
    grpc::ClientContext* context = nullptr;  // borrowed until removed
    std::atomic<bool> expired = false;
  };
  using Calls = std::multimap<SteadyTime, std::shared_ptr<Watched>>;

  Calls::iterator Add(SteadyTime end, std::shared_ptr<Watched> call);
  void Remove(Calls::iterator call);
  void Run();

  SteadyMutex mutex_;
  Calls calls_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::jthread thread_;
};

// Bounds one call from before it starts until after its status is known: it
// ends at the deadline, and soon after `stop` or `or_stop` is requested. One
// thread only; `context` and `deadlines` outlive it.
class BoundCall {
 public:
  BoundCall(CallDeadlines& deadlines, grpc::ClientContext* context,
            absl::Duration deadline, std::stop_token stop,
            std::stop_token or_stop = {});
  ~BoundCall();
  BoundCall(const BoundCall&) = delete;
  BoundCall& operator=(const BoundCall&) = delete;

  // The call's status: what the deadline cancelled is DeadlineExceeded.
  Status StatusOf(const grpc::Status& status) const;

 private:
  CallDeadlines& deadlines_;
  const std::shared_ptr<CallDeadlines::Watched> watched_;
  const CallDeadlines::Calls::iterator place_;
  const std::stop_callback<std::function<void()>> on_stop_, on_other_stop_;
};

}  // namespace longtake
