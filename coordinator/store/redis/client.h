#pragma once
// What the store talks to: commands and scripts go to whichever server holds
// their key (one server, the sentinels' master, or a cluster's nodes), over
// pooled connections, in as few round trips as there are servers.
//
// Retried here, until `patience` is over: what no server has begun (it could
// not be reached, was loading, had become a replica, the slot moved), a script
// the server has forgotten (sent again with its text), and what was sent but
// not answered if the call is `repeatable`.

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/status/status.h"
#include "coordinator/store/redis/connection.h"
#include "coordinator/store/redis/pool.h"
#include "coordinator/store/redis/redis_url.h"
#include "coordinator/store/redis/reply.h"
#include "coordinator/store/redis/script.h"
#include "coordinator/store/redis/slots.h"

namespace longtake::coordinator::redis {

// After each command: its name (a script's own name), the time from the start
// of its round trip to its reply, and whether that was no error. On the
// caller's thread, outside locks.
using CommandObserver = std::function<void(std::string_view command,
                                           absl::Duration latency, bool ok)>;

struct ClientOptions {
  RedisTarget target;
  PoolOptions pool;  // for each server
  absl::Duration connect_timeout = absl::Seconds(2);
  absl::Duration command_timeout = absl::Seconds(5);  // one round trip
  absl::Duration patience = absl::Seconds(5);         // retries of one call
  CommandObserver observer;                           // optional
};

struct Call {
  std::string key;                 // decides the server; empty: any server
  Args args;                       // with a script: what follows EVALSHA's sha1
  const Script* script = nullptr;  // borrowed for the call
  bool repeatable = false;         // running it twice does no harm
  absl::Duration block;            // added to the timeout, for XREADGROUP BLOCK
};

// All keys must be in one slot (Internal if they are not, also without a
// cluster, so that the mistake shows in every test).
StatusOr<Call> ScriptCall(const Script& script,
                          const std::vector<std::string>& keys, Args args,
                          bool repeatable = false);

// Thread-safe. An error reply becomes its Status (see reply.cc): Unavailable
// for a server that can't serve, ResourceExhausted when its memory is full.
// Messages name the server and the remedy, never the password.
class Client {
 public:
  explicit Client(ClientOptions options);  // connects at the first call
  ~Client();

  StatusOr<Reply> Run(const Call& call);
  StatusOr<Reply> Run(const std::string& key, Args args,
                      bool repeatable = false);
  StatusOr<Reply> RunScript(const Script& script,
                            const std::vector<std::string>& keys, Args args,
                            bool repeatable = false);
  // One answer a call, in order; one round trip a server when nothing fails.
  // No order between calls to different servers.
  std::vector<StatusOr<Reply>> RunAll(const std::vector<Call>& calls);

  // Rises when any server turns out to be another run than before, or when a
  // cluster's slots move: what was acknowledged may be gone, look again.
  int64_t generation() const;
  // Of the server that has the key; empty before the first call that went
  // there.
  StatusOr<std::string> RunIdOf(const std::string& key);
  const ClientOptions& options() const { return options_; }

 private:
  using Deadline = Pool::Deadline;
  enum class Mode { kUnknown, kSingle, kCluster };
  struct Pending;
  struct Round;

  std::vector<StatusOr<Reply>> RunEach(absl::Span<const Call> calls);
  StatusOr<Pool*> Route(const Call& call, Deadline deadline);
  Status FindMode(Deadline deadline);
  Pool* NodePool(const Endpoint& endpoint);
  Status RefreshSlots();
  Status RefreshFrom(Pool* pool);

  void RunRound(absl::Span<const Call> calls, Deadline deadline,
                std::vector<Pending>* pending, Round* round);
  void RunOn(Pool* pool, absl::Span<const Call> calls,
             const std::vector<Pending*>& batch, Deadline deadline,
             Round* round);
  void Take(Pool* pool, const Endpoint& from, const Call& call, Reply reply,
            Pending* pending, Round* round);
  void Observe(const Call& call, std::chrono::steady_clock::time_point start,
               bool ok) const;

  const ClientOptions options_;
  Pool seed_;
  std::atomic<Mode> mode_ = Mode::kUnknown;
  std::atomic<int64_t> slot_changes_ = 0;
  std::atomic<bool> refreshing_ = false;

  mutable absl::Mutex mutex_;
  SlotTable slots_ ABSL_GUARDED_BY(mutex_);
  // One for each node ever seen; they live as long as the client.
  std::map<Endpoint, std::unique_ptr<Pool>> nodes_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace longtake::coordinator::redis
