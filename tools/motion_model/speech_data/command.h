#pragma once
// Runs another program to its end.

#include <string>
#include <vector>

#include "common/status/status.h"

namespace longtake::speech_data {

// Runs argv[0] (searched in PATH) in `directory` with `input` as its standard
// input, and returns what it wrote to its standard output; its errors are
// dropped. NotFound when there is no such program, Aborted when it ended by a
// signal, Internal when it ended with a failure. The program ends when this
// process does.
StatusOr<std::string> RunCommand(const std::vector<std::string>& argv,
                                 const std::string& input,
                                 const std::string& directory);

// True when `program` is in PATH.
bool HasProgram(const std::string& program);

}  // namespace longtake::speech_data
