#pragma once
// A whole coordinator: state, scheduler, both services, one gRPC server with
// reflection and health. The embedded farm and longtake-coordinator run the
// same one.

#include <grpcpp/channel.h>
#include <grpcpp/security/server_credentials.h>

#include <functional>
#include <memory>
#include <string>

#include "absl/time/time.h"
#include "common/artifact/artifact_store.h"
#include "common/auth/token_registry.h"
#include "common/job/job.h"
#include "common/metrics/monitoring.h"
#include "common/status/status.h"
#include "common/time/clock.h"
#include "coordinator/schedule/scheduler.h"

namespace longtake::coordinator {

// Thread-safe.
class CoordinatorServer {
 public:
  // Where the state lives, and the clock that goes with it.
  struct State {
    std::shared_ptr<Store> store;
    std::shared_ptr<Clock> clock;
    // Optional: rises whenever another server, or another run of it, answers;
    // 0 before the first. Not called once `store` is gone.
    std::function<int64_t()> generation = nullptr;
  };
  struct Options {
    std::shared_ptr<ArtifactStore> artifacts;  // required
    // Null: in this process's memory. `signals` outlives what it returns, which
    // may call it from threads of its own.
    std::function<StatusOr<State>(ChangeSignals& signals)> open_state;
    // "host:port", port 0 = any free one; empty = in-process only.
    std::string listen_address;
    // Null = without TLS (common/rpc/credentials.h).
    std::shared_ptr<grpc::ServerCredentials> credentials;
    // Null = anybody may call, and all are one tenant. Else tenants are kept
    // apart, and the file is looked at by Tick.
    std::shared_ptr<TokenRegistry> tokens;
    // Leases, policies, limits; store_id and isolate_tenants are found out.
    SchedulerOptions scheduler;
    // Names this coordinator among others; empty = host name, process, chance.
    std::string owner;
    // False: what died half-way is not put right (for tests that look for it).
    bool housekeeping = true;
    // Of jobs that have ended, the newest stay in this process's memory, and
    // come back from a rebuild. (What open_state opens knows its own.)
    size_t max_ended_jobs = 1000;
    int executor_threads = 4;  // for store I/O
    size_t max_queued_calls = 4096;
    // Null = the state's. With a tick_interval of zero nothing happens by
    // itself as time goes by: call Tick.
    std::shared_ptr<Clock> clock;
    absl::Duration tick_interval = absl::Milliseconds(250);
    // What shows how this coordinator does; null = nothing. Outlives it.
    metrics::Monitoring* monitoring = nullptr;
    std::string build_version = "unversioned";
    std::string artifacts_path;  // whose file system's room is shown
    // Of the certificate that is served; empty without TLS.
    std::function<StatusOr<absl::Time>()> certificate_expiry;
  };

  // Makes sure that the state is whole (recovery.h), then serves. Where the
  // state's store can't be reached yet, or another coordinator is rebuilding
  // it, serves all the same, answers Unavailable, and goes on trying.
  // Unavailable when the address can't be listened on.
  static StatusOr<std::unique_ptr<CoordinatorServer>> Start(Options options);
  // Shutdown with a grace of 5 s, if that was not done.
  ~CoordinatorServer();
  CoordinatorServer(const CoordinatorServer&) = delete;
  CoordinatorServer& operator=(const CoordinatorServer&) = delete;

  // Works without a port. Start no new call on it once Shutdown was called:
  // the in-process transport of gRPC 1.51 crashes on a call to a server that is
  // shut down. So stop workers and clients first.
  std::shared_ptr<grpc::Channel> InProcessChannel();
  int port() const;  // 0 when in-process only

  // What passes with time: expired leases, due retries, waiters whose time is
  // up, a state that was lost, housekeeping. Only without a tick_interval.
  void Tick();
  // The state is whole and can be reached.
  bool ready() const;
  SchedulerCounts counts() const;
  int waiting_polls() const;  // workers that wait for a task now

  // Answers parked polls and watchers, lets calls in flight finish for `grace`,
  // cancels the rest. Idempotent; blocks.
  void Shutdown(absl::Duration grace);

 private:
  struct Parts;
  explicit CoordinatorServer(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace longtake::coordinator
