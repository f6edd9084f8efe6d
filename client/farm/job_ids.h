#pragma once
// Jobs by the beginning of their id, as people copy them from a table.

#include <string>

#include "client/farm/farm_connection.h"
#include "common/status/status.h"

namespace longtake::client {

inline constexpr size_t kJobIdDigits = 32;
inline constexpr size_t kLeastPrefixDigits = 6;

// The id of the one job whose id begins with `text`: kLeastPrefixDigits or more
// hex digits, upper or lower case. A whole id is returned as it is, unseen.
// NotFound when no job has it; InvalidArgument, with their ids, when several
// have, and for what can't be a job's id. Looks through the farm's list of
// jobs, newest first, in pages of 1000.
StatusOr<std::string> ResolveJobId(FarmConnection& farm,
                                   const std::string& text);

}  // namespace longtake::client
