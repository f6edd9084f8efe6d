#include "worker/app/offer.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "common/job/job.h"
#include "fmt/format.h"

namespace longtake::worker {
namespace {

constexpr double kMostBytes = 1ULL << 60;

struct Unit {
  std::string_view name;
  int64_t bytes;
};
constexpr Unit kUnits[] = {
    {"", 1},
    {"B", 1},
    {"KiB", int64_t{1} << 10},
    {"K", int64_t{1} << 10},
    {"MiB", int64_t{1} << 20},
    {"M", int64_t{1} << 20},
    {"GiB", int64_t{1} << 30},
    {"G", int64_t{1} << 30},
    {"TiB", int64_t{1} << 40},
    {"T", int64_t{1} << 40},
};

bool IsName(std::string_view name) {
  if (name.empty() || name.size() > size_t{kMaxPoolBytes}) return false;
  return std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  });
}

}  // namespace

StatusOr<int64_t> ParseBytes(std::string_view text, std::string_view flag) {
  double number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] =
      std::from_chars(text.data(), end, number, std::chars_format::fixed);
  const std::string_view suffix(rest, static_cast<size_t>(end - rest));
  const auto* const unit =
      std::find_if(std::begin(kUnits), std::end(kUnits),
                   [&](const Unit& known) { return known.name == suffix; });
  if (error != std::errc() || unit == std::end(kUnits) ||
      !std::isfinite(number) || number < 0 ||
      number * static_cast<double>(unit->bytes) > kMostBytes) {
    return InvalidArgument(fmt::format(
        "{} {}: not a size: give bytes, or a number with KiB, MiB, GiB or TiB, "
        "such as 24GiB",
        flag, text));
  }
  return static_cast<int64_t>(number * static_cast<double>(unit->bytes));
}

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
