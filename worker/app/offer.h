#pragma once
// What a worker says of itself that tasks may ask for, as people write it.

#include <string>
#include <string_view>
#include <vector>

#include "common/status/status.h"

namespace longtake::worker {

// Pools or capabilities: at most 16, each 1-64 of a-z, 0-9, '.', '_', '-',
// and none twice.
StatusOr<std::vector<std::string>> CheckNames(
    const std::vector<std::string>& names, std::string_view flag);

}  // namespace longtake::worker
