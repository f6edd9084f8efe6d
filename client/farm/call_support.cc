#include "client/farm/call_support.h"

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace longtake::client {

// By the steady clock, as condition_variable_any does with a duration.
bool SleepUnlessStopped(absl::Duration duration, std::stop_token stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  wake.wait_for(lock, stop, absl::ToChronoMilliseconds(duration),
                [] { return false; });
  return !stop.stop_requested();
}

bool IsPassing(const Status& status) {
  return status.code() == StatusCode::kUnavailable ||
         status.code() == StatusCode::kDeadlineExceeded;
}

}  // namespace longtake::client
