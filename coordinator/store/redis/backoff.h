#pragma once
// Exponential backoff with jitter, for whatever retries against Redis.

#include <algorithm>

#include "absl/random/random.h"
#include "absl/time/time.h"

namespace longtake::coordinator::redis {

struct BackoffOptions {
  absl::Duration first = absl::Milliseconds(20);
  absl::Duration most = absl::Seconds(2);
};

// One thread only.
class Backoff {
 public:
  explicit Backoff(const BackoffOptions& options)
      : options_(options), next_(options.first) {}

  // Half of the step is fixed, half is random, so that many clients of a
  // server that comes back don't come at once.
  absl::Duration Next() {
    const absl::Duration step = next_;
    next_ = std::min(2 * next_, options_.most);
    return step * absl::Uniform(random_, 0.5, 1.0);
  }
  void Reset() { next_ = options_.first; }

 private:
  const BackoffOptions options_;
  absl::Duration next_;
  absl::BitGen random_;
};

}  // namespace longtake::coordinator::redis
