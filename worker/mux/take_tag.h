#pragma once
// Where a take keeps the digest of its inputs: in MP4's comment field.

#include <string_view>

namespace longtake::worker {

inline constexpr char kTagKey[] = "comment";
inline constexpr std::string_view kTagPrefix = "longtake-take:";

}  // namespace longtake::worker
