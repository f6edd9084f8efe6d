#pragma once
// Silence as a file: the sound of a take that has none.

#include <cstdint>
#include <string>

#include "common/media_time/media_time.h"
#include "common/status/status.h"

namespace longtake::client {

// 16 kHz mono WAV that lasts exactly `frames` frames at `rate`, rounded down to
// a sample; 1 <= frames, less than 4 GiB. Same arguments, same bytes.
// FailedPrecondition: can't be written.
Status WriteSilentWave(int64_t frames, FrameRate rate, const std::string& path);

}  // namespace longtake::client
