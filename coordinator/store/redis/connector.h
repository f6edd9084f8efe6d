#pragma once
// Opens connections to the server a RedisTarget means: the one address, any
// node of a cluster, or the master that the sentinels name at that moment.

#include <atomic>
#include <memory>

#include "absl/time/time.h"
#include "common/status/status.h"
#include "coordinator/store/redis/connection.h"
#include "coordinator/store/redis/redis_url.h"

namespace longtake::coordinator::redis {

// Thread-safe.
class Connector {
 public:
  // `timeout` bounds each step: connect, login, one sentinel's answer.
  Connector(RedisTarget target, absl::Duration timeout);

  // A greeted connection to a master (any node in a cluster). Tries each
  // address or sentinel once, the last good one first. Unavailable with the
  // last failure.
  StatusOr<std::unique_ptr<Connection>> Connect();

  // The same login, one fixed server.
  std::unique_ptr<Connector> For(const Endpoint& endpoint) const;

  const RedisTarget& target() const { return target_; }
  absl::Duration timeout() const { return timeout_; }

 private:
  StatusOr<std::unique_ptr<Connection>> ConnectTo(const Endpoint& endpoint);
  StatusOr<Endpoint> AskSentinel(const Endpoint& sentinel);

  const RedisTarget target_;
  const absl::Duration timeout_;
  std::atomic<size_t> good_ = 0;  // index of the address that last served
};

}  // namespace longtake::coordinator::redis
