#pragma once
// What calls, watches and transfers share. Private to client/farm.

#include <stop_token>

#include "absl/time/time.h"
#include "common/status/status.h"

namespace longtake::client {

// Sleeps; false as soon as `stop` is requested.
bool SleepUnlessStopped(absl::Duration duration, std::stop_token stop);

// True for errors of one coordinator's rather than of the call: another may
// take it.
bool IsPassing(const Status& status);

}  // namespace longtake::client
