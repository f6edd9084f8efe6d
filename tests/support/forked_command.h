#pragma once
// The longtake command as a child of the test, without the half second that a
// new program takes to find its libraries: hundreds of calls in one test.

#include <string>
#include <vector>

#include "tests/support/process.h"

namespace longtake {

// What `longtake ARGS` does, to its end. The caller has one thread and no
// connections; outputs go through files at `output_stem`.
ProcessResult RunForkedCommand(const std::vector<std::string>& args,
                               const std::string& output_stem);

}  // namespace longtake
