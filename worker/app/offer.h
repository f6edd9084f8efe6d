#pragma once
// What a worker says of itself that tasks may ask for, as people write it.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/status/status.h"

namespace longtake::worker {

// "0", "123456789", "512MiB", "24GiB", "1.5TiB", "24G" (powers of 1024, as with
// "GiB"): bytes, rounded down. InvalidArgument names `flag` and says what fits.
StatusOr<int64_t> ParseBytes(std::string_view text, std::string_view flag);

// Pools or capabilities: at most 16, each 1-64 of a-z, 0-9, '.', '_', '-',
// and none twice.
StatusOr<std::vector<std::string>> CheckNames(
    const std::vector<std::string>& names, std::string_view flag);

}  // namespace longtake::worker
