#pragma once
// "name=value" words of the command line.

#include <map>
#include <string>
#include <vector>

#include "common/status/status.h"

namespace longtake::client {

// `what` is "control" or "label". InvalidArgument: no '=', no name, a name
// given twice.
StatusOr<std::map<std::string, std::string>> ParsePairs(
    const std::string& what, const std::vector<std::string>& pairs);

}  // namespace longtake::client
