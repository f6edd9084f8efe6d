#pragma once
// Wall-clock time as a dependency: leases, back-off and time stamps take a
// Clock by constructor, so that tests move time by hand. Media time is never
// read from here (common/media_time).

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace longtake {

// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual absl::Time Now() = 0;
};

// The machine's clock.
class SystemClock final : public Clock {
 public:
  absl::Time Now() override { return absl::Now(); }
};

}  // namespace longtake
