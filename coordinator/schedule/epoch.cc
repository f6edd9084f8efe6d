#include "coordinator/schedule/epoch.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string>

namespace longtake::coordinator {
namespace {

constexpr char kPrefix[] = "epochs/";
// Earlier ones are kept for a while: a coordinator that looked before others
// started must not find a number free again.
constexpr int64_t kKept = 64;

std::string NameOf(int64_t epoch) {
  return fmt::format("{}{:016}", kPrefix, epoch);
}

int64_t EpochOf(const std::string& name) {
  const std::string digits = name.substr(name.rfind('/') + 1);
  int64_t epoch = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), epoch);
  return epoch;
}

}  // namespace

StatusOr<int64_t> NewestEpoch(ArtifactStore& artifacts) {
  LT_ASSIGN_OR_RETURN(const std::vector<std::string> names,
                      artifacts.List(kPrefix));
  int64_t epoch = 0;
  for (const std::string& name : names) {
    epoch = std::max(epoch, EpochOf(name));
  }
  return epoch;
}

StatusOr<std::string> InstanceOfEpoch(ArtifactStore& artifacts, int64_t epoch) {
  return artifacts.Get(NameOf(epoch));
}

StatusOr<int64_t> TakeNextEpoch(ArtifactStore& artifacts,
                                const std::string& instance) {
  LT_ASSIGN_OR_RETURN(const std::vector<std::string> names,
                      artifacts.List(kPrefix));
  int64_t epoch = 0;
  for (const std::string& name : names) {
    epoch = std::max(epoch, EpochOf(name));
  }
  bool taken = false;
  while (!taken) {
    LT_ASSIGN_OR_RETURN(taken,
                        artifacts.PutIfAbsent(NameOf(++epoch), instance));
  }
  for (const std::string& name : names) {
    // Tidiness only: a name that stays does no harm.
    if (EpochOf(name) <= epoch - kKept) artifacts.Delete(name).IgnoreError();
  }
  return epoch;
}

}  // namespace longtake::coordinator
