#pragma once
// The worker's side of worker.proto in domain values: deadline, call, convert.
// No decision is made here.

#include <grpcpp/channel.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/job/job.h"
#include "common/status/status.h"
#include "longtake/v1/worker.grpc.pb.h"

namespace longtake::worker {

// The protocol that this worker speaks; the coordinator refuses others.
inline constexpr int kWorkerProtocolVersion = 1;

struct WorkerIdentity {
  std::string worker_id;
  std::string build_version;
  int slots = 1;
  std::vector<EngineBinding> engines;
  std::string store_id;  // of its artifact store; empty = none found
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

// Thread-safe. Calls block the caller, at most for their deadline, and end with
// Cancelled soon after `stop` is requested.
class FarmClient {
 public:
  FarmClient(std::shared_ptr<grpc::Channel> channel, std::string worker_id,
             absl::Duration rpc_deadline);

  // The length of a lease.
  StatusOr<absl::Duration> Register(const WorkerIdentity& identity,
                                    std::stop_token stop);
  // Waits up to `wait` on the other side.
  StatusOr<LeaseAnswer> Lease(absl::Duration wait, std::stop_token stop);
  StatusOr<RenewAnswer> Renew(const std::vector<LeaseReport>& leases,
                              absl::Duration deadline, std::stop_token stop);
  Status Complete(const FencingToken& token, const TaskResult& result,
                  std::stop_token stop);
  Status Fail(const FencingToken& token, const Status& error,
              std::stop_token stop);
  Status Release(const FencingToken& token, std::stop_token stop);

 private:
  const std::string worker_id_;
  const absl::Duration rpc_deadline_;
  const std::shared_ptr<grpc::Channel> channel_;
  const std::unique_ptr<v1::WorkerFarm::Stub> stub_;
};

}  // namespace longtake::worker
