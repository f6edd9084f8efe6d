#include "client/farm/call_support.h"

#include <condition_variable>
#include <mutex>

#include "absl/time/clock.h"

namespace longtake::client {

void SetDeadline(grpc::ClientContext* context, absl::Duration from_now) {
  context->set_deadline(absl::ToChronoTime(absl::Now() + from_now));
}

bool SleepUnlessStopped(absl::Duration duration, std::stop_token stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  wake.wait_for(lock, stop, absl::ToChronoMilliseconds(duration),
                [] { return false; });
  return !stop.stop_requested();
}

bool IsPassing(const Status& status) {
  return status.code() == StatusCode::kUnavailable;
}

}  // namespace longtake::client
