#pragma once
// The farm's time: Redis' own (TIME), and this machine's steady clock between
// two readings. All coordinators share it, and a wall clock of theirs that
// jumps does nothing.

#include <chrono>
#include <memory>
#include <stop_token>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/status/status.h"
#include "common/time/clock.h"
#include "coordinator/store/redis/client.h"

namespace longtake::coordinator {

// Thread-safe. Owns one thread that reads the server's time. Now() never waits
// for Redis and never goes back:
// - The server's clock is ahead: at the next reading time goes on from there.
//   Leases then run out early; a worker that lives is heard of again, and its
//   expiry is forgiven (Store::Forgive).
// - It is behind by at most kMaxStandstill: time stands still (it rises by a
//   microsecond a reading) until the server has caught up.
// - It is behind by more (set back by hours; a fail-over to a machine whose
//   clock is): the reading is ignored, time goes on with the steady clock until
//   the server has caught up. No expiry is late by more than kMaxStandstill.
// A coordinator that starts only then lives in the earlier time: leases that
// the others gave run out absurdly late by its clock. RedisStore::Sweep
// therefore brings every time in a job's due set that is further away than
// Options::dead_lease (ten leases and more) back to that.
class RedisClock final : public Clock {
 public:
  static constexpr absl::Duration kMaxStandstill = absl::Seconds(2);

  struct Options {
    absl::Duration read_every = absl::Seconds(3);
  };
  // Reads the time once: Unavailable when Redis can't be reached. `client` is
  // borrowed and outlives the clock.
  static StatusOr<std::unique_ptr<RedisClock>> Create(redis::Client& client,
                                                      Options options);
  ~RedisClock() override;

  absl::Time Now() override;
  // One reading now; the thread does it by itself.
  Status Read();

 private:
  using Steady = std::chrono::steady_clock;

  RedisClock(redis::Client& client, Options options);
  void Loop(std::stop_token stop);
  absl::Time Estimate(Steady::time_point at) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  redis::Client& client_;
  const Options options_;
  absl::Mutex mutex_;
  // Time was base_ at base_at_, and goes on with the steady clock.
  absl::Time base_ ABSL_GUARDED_BY(mutex_);
  Steady::time_point base_at_ ABSL_GUARDED_BY(mutex_);
  absl::Time last_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  absl::Mutex wait_mutex_;
  std::jthread thread_;  // last: it uses all the others
};

}  // namespace longtake::coordinator
