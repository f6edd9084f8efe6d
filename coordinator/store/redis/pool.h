#pragma once
// A bounded pool of connections to one server. It notices when the server
// behind it has changed: another run_id means that it was restarted or that a
// failover put another in its place, so what was acknowledged may be gone.

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/status/status.h"
#include "coordinator/store/redis/backoff.h"
#include "coordinator/store/redis/connection.h"
#include "coordinator/store/redis/connector.h"

namespace longtake::coordinator::redis {

struct PoolOptions {
  int max_connections = 16;
  BackoffOptions backoff;  // between attempts to connect that failed
};

// Thread-safe. Nothing connects before the first Borrow. Deadlines are on the
// steady clock: a jump of the wall clock changes no wait.
class Pool {
 public:
  using Deadline = std::chrono::steady_clock::time_point;

  // A connection lent to one thread; goes back at the end of its life, or is
  // closed if it broke or the pool was dropped meanwhile. Move-only; must not
  // outlive the pool.
  class Borrowed {
   public:
    Borrowed(Pool* pool, std::unique_ptr<Connection> connection, int64_t era);
    Borrowed(Borrowed&&) = default;
    Borrowed& operator=(Borrowed&&) = delete;
    ~Borrowed();
    Connection* operator->() const { return connection_.get(); }

   private:
    Pool* pool_;
    std::unique_ptr<Connection> connection_;
    int64_t era_;
  };

  Pool(std::unique_ptr<Connector> connector, PoolOptions options);
  ~Pool();  // all connections are back

  // Waits for a free connection, or for the end of the backoff, until
  // `deadline`; then one attempt to connect, whose failure is the answer.
  // Unavailable names the address and the remedy. While the server is down,
  // one borrower at a time tries it.
  StatusOr<Borrowed> Borrow(Deadline deadline);

  // Closes the idle connections, and the lent ones when they come back.
  void Drop();

  // 1 more with each run_id that is not the one before; 0 for the first.
  int64_t generation() const;
  std::string run_id() const;  // of the newest connection; empty before
  const Connector& connector() const { return *connector_; }

 private:
  enum class Turn { kReuse, kConnect, kWait, kGiveUp };

  Turn NextTurn(Deadline now, Deadline deadline)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  StatusOr<Borrowed> Connect();
  void DropLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void GiveBack(std::unique_ptr<Connection> connection, int64_t era);

  const std::unique_ptr<Connector> connector_;
  const PoolOptions options_;
  std::condition_variable_any changed_;

  mutable absl::Mutex mutex_;
  std::vector<std::unique_ptr<Connection>> idle_ ABSL_GUARDED_BY(mutex_);
  int taken_ ABSL_GUARDED_BY(mutex_) = 0;    // lent, or being opened
  int64_t era_ ABSL_GUARDED_BY(mutex_) = 0;  // rises with each Drop
  bool probing_ ABSL_GUARDED_BY(mutex_) = false;
  Status failure_ ABSL_GUARDED_BY(mutex_);  // of the last attempt to connect
  Deadline retry_at_ ABSL_GUARDED_BY(mutex_);
  Backoff backoff_ ABSL_GUARDED_BY(mutex_);
  std::string run_id_ ABSL_GUARDED_BY(mutex_);
  int64_t generation_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace longtake::coordinator::redis
