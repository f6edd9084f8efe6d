#pragma once
// Writes what follows from transitions to the queue's streams, and tells the
// other coordinators, in batches: the caller of a transition doesn't wait for
// it. A batch is what gathers within a few milliseconds. What is lost here (a
// crash, a server that is away) is a hint only: RedisStore::Sweep makes it
// good.

#include <cstdint>
#include <set>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "common/time/steady_mutex.h"
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
  // `job <id>…` is published on the channel.
  void Changed(const std::string& job_id);
  // Until everything added before is written, or given up.
  void Flush();
  // Commands given up, or refused by the server.
  int64_t failures() const;

 private:
  void Loop(std::stop_token stop);
  struct Batch {
    std::vector<Call> calls;  // first those that were added
    size_t added = 0;
  };
  // Waits for work; nothing to do means that it is time to stop.
  Batch Gather(const std::stop_token& stop);

  Client& client_;
  const std::string channel_;

  mutable SteadyMutex mutex_;
  std::vector<Call> pending_ ABSL_GUARDED_BY(mutex_);
  std::set<std::string> changed_ ABSL_GUARDED_BY(mutex_);  // jobs
  bool news_ ABSL_GUARDED_BY(mutex_) = false;
  int flushes_ ABSL_GUARDED_BY(mutex_) = 0;  // that wait
  int64_t added_count_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t written_count_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t failures_ ABSL_GUARDED_BY(mutex_) = 0;
  std::jthread thread_;  // last: it uses all the others
};

}  // namespace longtake::coordinator::redis
