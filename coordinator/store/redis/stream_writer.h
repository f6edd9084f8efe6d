#pragma once
// Writes what follows from transitions to the queue's streams, in batches: the
// caller of a transition doesn't wait for it. What is lost here (a crash, a
// server that is away) is a hint only: RedisStore::Sweep makes it good.

#include <cstdint>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "coordinator/store/redis/client.h"

namespace longtake::coordinator::redis {

// Thread-safe. Owns one thread. `client` is borrowed and outlives it. The
// destructor writes what was added.
class StreamWriter {
 public:
  // After a batch with news for workers, `queue` is published on `channel`.
  StreamWriter(Client& client, std::string channel);
  ~StreamWriter();

  // Waits while too many are pending. `news`: there is something new to take.
  void Add(std::vector<Call> calls, bool news);
  // Until everything added before is written, or given up.
  void Flush();
  // Commands given up, or refused by the server.
  int64_t failures() const;

 private:
  void Loop(std::stop_token stop);
  bool HasRoom() const ABSL_SHARED_LOCKS_REQUIRED(mutex_);

  Client& client_;
  const std::string channel_;

  mutable absl::Mutex mutex_;
  std::vector<Call> pending_ ABSL_GUARDED_BY(mutex_);
  bool news_ ABSL_GUARDED_BY(mutex_) = false;
  int64_t added_count_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t written_count_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t failures_ ABSL_GUARDED_BY(mutex_) = 0;
  std::jthread thread_;  // last: it uses all the others
};

}  // namespace longtake::coordinator::redis
