#include "coordinator/store/redis/redis_clock.h"

#include <algorithm>
#include <utility>

#include "common/log/log.h"

namespace longtake::coordinator {

StatusOr<std::unique_ptr<RedisClock>> RedisClock::Create(redis::Client& client,
                                                         Options options) {
  std::unique_ptr<RedisClock> clock(new RedisClock(client, options));
  LT_RETURN_IF_ERROR(clock->Read());
  RedisClock* raw = clock.get();
  clock->thread_ =
      std::jthread([raw](std::stop_token stop) { raw->Loop(std::move(stop)); });
  return clock;
}

RedisClock::RedisClock(redis::Client& client, Options options)
    : client_(client), options_(options) {}

RedisClock::~RedisClock() = default;

absl::Time RedisClock::Estimate(Steady::time_point at) const {
  return base_ + absl::FromChrono(at - base_at_);
}

absl::Time RedisClock::Now() {
  absl::MutexLock lock(&mutex_);
  last_ = std::max(last_ + absl::Microseconds(1), Estimate(Steady::now()));
  return last_;
}

Status RedisClock::Read() {
  const auto sent = Steady::now();
  LT_ASSIGN_OR_RETURN(const redis::Reply reply,
                      client_.Run("", {"TIME"}, true));
  const auto received = Steady::now();
  LT_ASSIGN_OR_RETURN(const auto parts, reply.Array());
  if (parts.size() != 2) return Internal("TIME answered something else");
  LT_ASSIGN_OR_RETURN(const int64_t seconds, parts[0].Integer());
  LT_ASSIGN_OR_RETURN(const int64_t micros, parts[1].Integer());
  const absl::Time time =
      absl::FromUnixSeconds(seconds) + absl::Microseconds(micros);
  // Read somewhere between: half the way is off by no more than that.
  const auto at = sent + (received - sent) / 2;
  absl::MutexLock lock(&mutex_);
  if (last_ != absl::InfinitePast() && time < Estimate(at) - kMaxStandstill) {
    return OkStatus();
  }
  base_ = time;
  base_at_ = at;
  return OkStatus();
}

void RedisClock::Loop(std::stop_token stop) {
  std::stop_callback wake(stop, [this] {
    absl::MutexLock lock(&wait_mutex_);  // the wait looks at the token again
  });
  bool failing = false;
  while (!stop.stop_requested()) {
    {
      const auto stopping = [&stop] { return stop.stop_requested(); };
      absl::MutexLock lock(&wait_mutex_);
      wait_mutex_.AwaitWithTimeout(absl::Condition(&stopping),
                                   options_.read_every);
    }
    if (stop.stop_requested()) return;
    const Status status = Read();
    if (!status.ok() && !failing) {
      Log(LogLevel::kWarning, "redis time unread, the steady clock goes on",
          {{"error", status}});
    }
    failing = !status.ok();
  }
}

}  // namespace longtake::coordinator
