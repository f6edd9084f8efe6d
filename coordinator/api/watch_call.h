#pragma once
// WatchJob: the events of one job, those that are there and those to come.

#include <grpcpp/support/server_callback.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "coordinator/api/call_context.h"
#include "longtake/v1/farm.grpc.pb.h"

namespace longtake::coordinator {

// Owns itself from Start until gRPC is done with it. At any time at most one of
// fetching and writing goes on.
class WatchCall final : public grpc::ServerWriteReactor<v1::JobEvent>,
                        public std::enable_shared_from_this<WatchCall> {
 public:
  static grpc::ServerWriteReactor<v1::JobEvent>* Start(
      CallContext& context, Caller caller, const v1::WatchJobRequest& request);

  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

 private:
  WatchCall(CallContext& context, Caller caller,
            const v1::WatchJobRequest& request);

  // Something may have changed: fetch, now or after what goes on.
  void Poke();
  void ScheduleFetch();
  void Fetch();
  // What follows a page; writes, finishes, or goes idle.
  void Take(StatusOr<EventPage> page);
  void WriteNext();
  void FinishOnce(const Status& status);

  CallContext& context_;
  const Caller caller_;
  const std::string job_id_;
  std::shared_ptr<WatchCall> self_;
  uint64_t watch_ = 0;
  absl::Mutex mutex_;
  int64_t last_sequence_ ABSL_GUARDED_BY(mutex_);
  bool may_see_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<v1::JobEvent> page_ ABSL_GUARDED_BY(mutex_);
  size_t next_ ABSL_GUARDED_BY(mutex_) = 0;
  bool busy_ ABSL_GUARDED_BY(mutex_) = false;
  bool poked_ ABSL_GUARDED_BY(mutex_) = false;
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace longtake::coordinator
