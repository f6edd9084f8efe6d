#include "common/config/byte_size.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <limits>
#include <system_error>
#include <utility>

namespace longtake {
namespace {

constexpr std::array<std::pair<const char*, int64_t>, 9> kUnits = {{
    {"B", 1},
    {"KiB", int64_t{1} << 10},
    {"MiB", int64_t{1} << 20},
    {"GiB", int64_t{1} << 30},
    {"TiB", int64_t{1} << 40},
    {"KB", 1000},
    {"MB", 1000 * 1000},
    {"GB", 1000 * 1000 * 1000},
    {"TB", int64_t{1000} * 1000 * 1000 * 1000},
}};

}  // namespace

StatusOr<int64_t> ParseByteSize(const std::string& text) {
  const Status bad = InvalidArgument(
      fmt::format("'{}' is no size: give {}", text, kByteSizeForm));
  int64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || number < 0) return bad;
  std::string unit(stop, end);
  unit.erase(0, unit.find_first_not_of(' '));
  if (unit.empty() && number == 0) return 0;
  for (const auto& [name, bytes] : kUnits) {
    if (unit != name) continue;
    if (number > std::numeric_limits<int64_t>::max() / bytes) return bad;
    return number * bytes;
  }
  return bad;
}

}  // namespace longtake
