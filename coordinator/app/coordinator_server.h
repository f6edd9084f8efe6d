#pragma once
// A whole coordinator: state in memory, scheduler, both services, one gRPC
// server with reflection and health. The embedded farm and longtake-coordinator
// run the same one.

#include <grpcpp/channel.h>

#include <memory>
#include <string>

#include "absl/time/time.h"
#include "common/artifact/artifact_store.h"
#include "common/job/job.h"
#include "common/status/status.h"
#include "common/time/clock.h"
#include "coordinator/schedule/scheduler.h"

namespace longtake::coordinator {

// Thread-safe.
class CoordinatorServer {
 public:
  struct Options {
    std::shared_ptr<ArtifactStore> artifacts;  // required
    // "host:port", port 0 = any free one; empty = in-process only.
    std::string listen_address;
    absl::Duration lease = absl::Seconds(30);
    absl::Duration worker_timeout = absl::Seconds(60);
    RetryPolicy retry;
    int64_t max_upload_bytes = kMaxAudioBytes;
    int executor_threads = 4;  // for store I/O
    size_t max_queued_calls = 4096;
    // Null = the machine's. With a tick_interval of zero nothing happens by
    // itself as time goes by: call Tick.
    std::shared_ptr<Clock> clock;
    absl::Duration tick_interval = absl::Milliseconds(250);
  };

  // Takes a new epoch from the artifact store, then serves at once.
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
  // up.
  void Tick();
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
