#pragma once
// A first look at a job's sound, before it is hashed or copied.

#include <string>

#include "absl/time/time.h"
#include "common/status/status.h"

namespace longtake::client {

// InvalidArgument, one clear line, where the file states a length beyond
// `most`. A file that states none, only lets it be guessed from its bit rate,
// or can't be read passes: decoding will tell.
Status CheckStatedLength(const std::string& audio_path, absl::Duration most);

}  // namespace longtake::client
