#include "client/cli/pairs.h"

#include <fmt/format.h>

namespace longtake::client {

StatusOr<std::map<std::string, std::string>> ParsePairs(
    const std::string& what, const std::vector<std::string>& pairs) {
  std::map<std::string, std::string> out;
  for (const std::string& pair : pairs) {
    const size_t equals = pair.find('=');
    if (equals == std::string::npos || equals == 0) {
      return InvalidArgument(
          fmt::format("{} '{}': give name=value", what, pair));
    }
    if (!out.emplace(pair.substr(0, equals), pair.substr(equals + 1)).second) {
      return InvalidArgument(
          fmt::format("{} '{}' is given twice", what, pair.substr(0, equals)));
    }
  }
  return out;
}

}  // namespace longtake::client
