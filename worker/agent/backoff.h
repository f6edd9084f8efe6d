#pragma once
// How long to wait before trying again: doubling, with a spread that differs by
// worker so that a farm does not return all at once.

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>

#include "absl/time/time.h"

namespace longtake::worker {

// One thread only.
class Backoff {
 public:
  Backoff(absl::Duration first, absl::Duration longest, const std::string& salt)
      : first_(first),
        longest_(longest),
        spread_(std::hash<std::string>()(salt)) {}

  // Between 3/4 and 5/4 of first, 2 first, 4 first, …, at most longest.
  absl::Duration Next() {
    const absl::Duration nominal =
        std::min(longest_, first_ * (int64_t{1} << std::min(tries_, 20)));
    ++tries_;
    spread_ = spread_ * 6364136223846793005u + 1442695040888963407u;
    const double factor = 0.75 + 0.5 * static_cast<double>(spread_ >> 40) /
                                     static_cast<double>(1 << 24);
    return std::min(longest_, nominal * factor);
  }
  void Reset() { tries_ = 0; }

 private:
  const absl::Duration first_;
  const absl::Duration longest_;
  uint64_t spread_;
  int tries_ = 0;
};

}  // namespace longtake::worker
