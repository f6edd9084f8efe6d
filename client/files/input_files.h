#pragma once
// A user's input files: checked and named by content before any work starts.

#include <string>

#include "common/job/job.h"
#include "common/status/status.h"

namespace longtake::client {

// What a user calls an input, and where it is.
struct InputPath {
  std::string role;  // "portrait", "audio", "motion": for messages
  std::string path;
};

// A regular, readable file that isn't empty; else one line that names the file
// and the remedy (NotFound, InvalidArgument, FailedPrecondition).
Status CheckInput(const InputPath& input);

// A path fit for a message of one line: control characters become '?'.
std::string ShownPath(const std::string& path);

// CheckInput, then the file's digest, size and name (its last part; bytes that
// aren't UTF-8 become '?').
StatusOr<InputFile> ReadInput(const InputPath& input);

}  // namespace longtake::client
