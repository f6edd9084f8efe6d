// Sizes and lengths as people write them: what job_flags.h says of ParseSize
// and ParseSecondsAsMillis.

#include <fmt/format.h>

#include <charconv>
#include <string>
#include <string_view>
#include <system_error>

#include "client/cli/job_flags.h"

namespace longtake::client {
namespace {

bool ParseWhole(std::string_view text, int64_t* out) {
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), *out);
  return error == std::errc() && end == text.data() + text.size() &&
         !text.empty() && text[0] != '-';
}

}  // namespace

Status ParseSize(const std::string& text, OutputSpec* output) {
  const size_t x = text.find('x');
  int64_t width = 0;
  int64_t height = 0;
  const bool good = x == std::string::npos
                        ? ParseWhole(text, &width)
                        : ParseWhole(text.substr(0, x), &width) &&
                              ParseWhole(text.substr(x + 1), &height);
  if (x == std::string::npos) height = width;
  const auto supported = [](int64_t pixels) {
    return pixels >= kMinOutputPixels && pixels <= kMaxOutputPixels &&
           pixels % 2 == 0;
  };
  if (!good || !supported(width) || !supported(height)) {
    return InvalidArgument(
        fmt::format("size '{}' is not supported: give N or WxH, even numbers "
                    "from {} to {}",
                    text, kMinOutputPixels, kMaxOutputPixels));
  }
  output->width = static_cast<int>(width);
  output->height = static_cast<int>(height);
  return OkStatus();
}

StatusOr<int64_t> ParseSecondsAsMillis(const std::string& text) {
  constexpr size_t kDecimals = 3;
  constexpr int64_t kMaxSeconds = kMaxSegmentMillis / 1000;
  const size_t dot = text.find('.');
  std::string decimals = dot == std::string::npos ? "" : text.substr(dot + 1);
  int64_t seconds = 0;
  int64_t millis = 0;
  bool good = ParseWhole(text.substr(0, dot), &seconds) &&
              seconds <= kMaxSeconds && decimals.size() <= kDecimals;
  if (good && dot != std::string::npos) {
    good = !decimals.empty();
    decimals.resize(kDecimals, '0');
    good = good && ParseWhole(decimals, &millis);
  }
  const int64_t total = seconds * 1000 + millis;
  if (!good || total < kMinSegmentMillis || total > kMaxSegmentMillis) {
    return InvalidArgument(fmt::format(
        "segment length '{}' is not supported: give {:g} to {} seconds, at "
        "most three decimals",
        text, static_cast<double>(kMinSegmentMillis) / 1000, kMaxSeconds));
  }
  return total;
}

}  // namespace longtake::client
