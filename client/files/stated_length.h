#pragma once
// A first look at a job's sound, before it is hashed or copied.

#include <string>

#include "absl/time/time.h"
#include "common/status/status.h"

namespace longtake::client {

// One clear line where the file can't be read, holds no sound, or states a
// length beyond `most`. A file that states none, or only lets it be guessed
// from its bit rate, passes: decoding will tell.
Status CheckStatedLength(const std::string& audio_path, absl::Duration most);

}  // namespace longtake::client
