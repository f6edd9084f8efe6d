#pragma once
// At most so many calls a second.

#include <algorithm>
#include <stop_token>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "client/farm/call_support.h"

namespace longtake::client {

// One thread only.
class Pacer {
 public:
  explicit Pacer(absl::Duration interval) : interval_(interval) {}

  // Waits until `interval` after the last call began. False as soon as `stop`
  // is requested.
  bool Wait(std::stop_token stop) {
    const absl::Duration left = last_ + interval_ - absl::Now();
    // A clock that was set back must not make it wait for long.
    const bool goes_on =
        left <= absl::ZeroDuration()
            ? !stop.stop_requested()
            : SleepUnlessStopped(std::min(left, interval_), stop);
    last_ = absl::Now();
    return goes_on;
  }

 private:
  const absl::Duration interval_;
  absl::Time last_ = absl::InfinitePast();
};

}  // namespace longtake::client
