#pragma once
// The worker's side of worker.proto in domain values, over a list of
// coordinators any of which serves any call: deadline, call, convert.
//
// A call that is safe to repeat and does not get through (Unavailable, or no
// answer within its deadline) is made to the other coordinators at once; the
// last error is returned when none answers. A poll is made once: its caller
// polls again.

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/job/job.h"
#include "common/rpc/call_deadline.h"
#include "common/rpc/coordinator_list.h"
#include "common/status/status.h"
#include "longtake/v1/worker.grpc.pb.h"
#include "worker/metrics/worker_metrics.h"

namespace longtake::worker {

struct WorkerIdentity {
  std::string worker_id;
  std::string build_version;
  int slots = 1;
  std::vector<EngineBinding> engines;
  std::string store_id;  // of its artifact store; empty = none found
  std::vector<std::string> pools;
  int64_t gpu_memory_bytes = 0;
  std::vector<std::string> capabilities;
};

// An offered task. A spec that does not convert is kept as its error, so that
// the attempt can be failed by its token.
struct OfferedTask {
  FencingToken token;
  StatusOr<TaskSpec> spec;
};
struct LeaseAnswer {
  std::optional<OfferedTask> task;
  bool drain = false;
};

struct LeaseReport {
  FencingToken token;
  int64_t frames_done = 0;
};
struct RenewAnswer {
  std::vector<FencingToken> stop;
  bool drain = false;
  bool register_again = false;
};

// Thread-safe. Calls block the caller, at most for their deadline at each
// coordinator, and end with Cancelled soon after `stop` is requested.
class FarmClient {
 public:
  FarmClient(std::shared_ptr<CoordinatorList> coordinators,
             std::string worker_id, absl::Duration rpc_deadline,
             const WorkerMetrics& metrics = {});

  // The length of a lease.
  StatusOr<absl::Duration> Register(const WorkerIdentity& identity,
                                    std::stop_token stop);
  // Waits up to `wait` on the other side; each poll goes to the next
  // coordinator. Unavailable, too, when another call finds that coordinator
  // stuck. `held_identity`: SHA-256 of the identity that is open where the
  // task would run, whose tasks are preferred; empty = none.
  StatusOr<LeaseAnswer> Lease(absl::Duration wait,
                              const std::string& held_identity,
                              std::stop_token stop);
  // All tries together take at most `within`: one coordinator that is stuck
  // leaves time for the others.
  StatusOr<RenewAnswer> Renew(const std::vector<LeaseReport>& leases,
                              absl::Duration within, std::stop_token stop);
  // What the slot is to do next, where `lease_next` asks for it and it is
  // known at once; else an empty answer. `held_identity` as for Lease.
  StatusOr<LeaseAnswer> Complete(const FencingToken& token,
                                 const TaskResult& result, bool lease_next,
                                 const std::string& held_identity,
                                 std::stop_token stop);
  Status Fail(const FencingToken& token, const Status& error,
              std::stop_token stop);
  Status Release(const FencingToken& token, std::stop_token stop);

 private:
  template <typename Request, typename Response>
  using Method = grpc::Status (v1::WorkerFarm::Stub::*)(grpc::ClientContext*,
                                                        const Request&,
                                                        Response*);

  // One try at one coordinator, whose list hears how it went. `stuck` ends it
  // as well: another call has found the coordinator stuck.
  template <typename Request, typename Response>
  Status CallOne(size_t coordinator, Method<Request, Response> method,
                 const Request& request, absl::Duration deadline,
                 std::stop_token stop, Response* response,
                 std::stop_token stuck = {});
  // Of calls that are safe to repeat. `again`: what is sent after the first
  // try; null = the same.
  template <typename Request, typename Response>
  Status CallAny(Method<Request, Response> method, const Request& request,
                 absl::Duration deadline, std::stop_token stop,
                 Response* response, const Request* again = nullptr);
  void EndPollsAt(size_t coordinator);

  const std::string worker_id_;
  const WorkerMetrics metrics_;
  const absl::Duration rpc_deadline_;
  const std::shared_ptr<CoordinatorList> coordinators_;
  std::vector<std::unique_ptr<v1::WorkerFarm::Stub>> stubs_;  // by coordinator
  CallDeadlines deadlines_;

  absl::Mutex mutex_;
  // Ends the polls under way, by coordinator.
  std::vector<std::stop_source> polls_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace longtake::worker
