#pragma once
// How long a job's sound is, without its analysis copy.

#include <cstdint>
#include <string>

#include "common/status/status.h"

namespace longtake::worker {

struct AudioLength {
  int64_t samples = 0;  // heard, as AudioFacts::samples counts them
  int32_t sample_rate_hz = 0;
};

// Decodes the file until `enough_us` microseconds were heard or it ends: a
// longer file is then told to be as long as what was decoded. Errors are
// AnalyzeAudio's. Thread-safe.
StatusOr<AudioLength> MeasureAudio(const std::string& path,
                                   const std::string& display_name,
                                   int64_t enough_us);

// What the container states of the sound's length; 0 where it states nothing,
// or where it is a guess from the bit rate. Decodes nothing. Errors as above,
// less those of decoding.
StatusOr<int64_t> StatedAudioMicros(const std::string& path,
                                    const std::string& display_name);

}  // namespace longtake::worker
