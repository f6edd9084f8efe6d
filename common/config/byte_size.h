#pragma once
// Sizes as people write them: the same in flags, configuration and batches.

#include <cstdint>
#include <string>

#include "common/status/status.h"

namespace longtake {

// For help texts and messages.
inline constexpr char kByteSizeForm[] =
    "a whole number and a unit: 512MiB, 20GiB or 2TB";
inline constexpr char kByteSizeUnits[] = "GB = 1000^3 bytes, GiB = 1024^3";

// "20GiB" in bytes: a whole number and B, KB, MB, GB, TB (powers of 1000), KiB,
// MiB, GiB or TiB (powers of 1024); "0" needs no unit. InvalidArgument with an
// example.
StatusOr<int64_t> ParseByteSize(const std::string& text);

}  // namespace longtake
