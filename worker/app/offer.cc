#include "worker/app/offer.h"

#include <algorithm>

#include "common/job/job.h"
#include "fmt/format.h"

namespace longtake::worker {
namespace {

bool IsName(std::string_view name) {
  if (name.empty() || name.size() > size_t{kMaxPoolBytes}) return false;
  return std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  });
}

}  // namespace

StatusOr<std::vector<std::string>> CheckNames(
    const std::vector<std::string>& names, std::string_view flag) {
  if (names.size() > size_t{kMaxCapabilities}) {
    return InvalidArgument(fmt::format("{}: {} names, at most {} fit", flag,
                                       names.size(), kMaxCapabilities));
  }
  for (auto name = names.begin(); name != names.end(); ++name) {
    if (!IsName(*name)) {
      return InvalidArgument(fmt::format(
          "{} \"{}\": use a-z, 0-9, '_', '.', '-', at most {} characters", flag,
          *name, kMaxPoolBytes));
    }
    if (std::find(names.begin(), name, *name) != name) {
      return InvalidArgument(
          fmt::format("{} {}: given twice: leave one out", flag, *name));
    }
  }
  return names;
}

}  // namespace longtake::worker
