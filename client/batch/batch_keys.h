#pragma once
// The settings that a batch file may hold. Private to client/batch.

#include <string>
#include <vector>

namespace longtake::client {

const std::vector<std::string>& BatchKeys();  // at the top
const std::vector<std::string>& JobKeys();    // of a job, and of the defaults

}  // namespace longtake::client
