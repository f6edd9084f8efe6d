#pragma once
// FFmpeg's error numbers as text and as Status; where its log goes.

#include <string>

#include "common/status/status.h"

namespace longtake::worker {

// "Invalid data found when processing input", "No such file or directory".
std::string AvErrorText(int error);

// A failed write or encode: a full disk, quota or size limit and no memory are
// ResourceExhausted with the remedy, anything else Internal.
// "context: text of the error".
Status AvStatus(int error, const std::string& context);

// Sends FFmpeg's own log lines (warnings and worse) to spdlog at debug level.
// Idempotent and thread-safe; every entry point of these rooms calls it.
void RouteAvLog();

}  // namespace longtake::worker
