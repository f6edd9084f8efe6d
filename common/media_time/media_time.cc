#include "common/media_time/media_time.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <numeric>

namespace longtake {
namespace {

// a * b / c with 128-bit intermediates; inputs are non-negative.
int64_t MulDivFloor(int64_t a, int64_t b, int64_t c) {
  return static_cast<int64_t>(static_cast<__int128>(a) * b / c);
}
int64_t MulDivCeil(int64_t a, int64_t b, int64_t c) {
  return static_cast<int64_t>((static_cast<__int128>(a) * b + c - 1) / c);
}

bool ParseInt(const std::string& s, int32_t* out) {
  auto [end, ec] = std::from_chars(s.data(), s.data() + s.size(), *out);
  return ec == std::errc() && end == s.data() + s.size();
}

}  // namespace

StatusOr<FrameRate> ParseFrameRate(const std::string& text) {
  const Status bad = InvalidArgument(fmt::format(
      "frame rate '{}' is not supported: give a whole number from 1 to {}, "
      "23.976, 29.97, 59.94, or a fraction such as 30000/1001",
      text, kMaxFramesPerSecond));
  FrameRate r;
  if (text == "23.976" || text == "23.98") return FrameRate{24000, 1001};
  if (text == "29.97") return FrameRate{30000, 1001};
  if (text == "59.94") return FrameRate{60000, 1001};
  if (auto slash = text.find('/'); slash != std::string::npos) {
    if (!ParseInt(text.substr(0, slash), &r.num) ||
        !ParseInt(text.substr(slash + 1), &r.den)) {
      return bad;
    }
  } else if (!ParseInt(text, &r.num)) {
    return bad;
  }
  if (r.num <= 0 || r.den <= 0) return bad;
  const int32_t g = std::gcd(r.num, r.den);
  r.num /= g;
  r.den /= g;
  if (r.den != 1 && r.den != 1001) return bad;
  if (r.num < r.den || r.num > int64_t{kMaxFramesPerSecond} * r.den) return bad;
  return r;
}

std::string FormatFrameRate(FrameRate rate) {
  if (rate.den == 1) return fmt::format("{}", rate.num);
  return fmt::format("{}/{}", rate.num, rate.den);
}

int64_t FramesForSamples(int64_t samples, int32_t sample_rate, FrameRate rate) {
  return MulDivCeil(samples, rate.num, int64_t{sample_rate} * rate.den);
}

int64_t SampleAtFrame(FrameIndex frame, int32_t sample_rate, FrameRate rate) {
  return MulDivCeil(frame, int64_t{sample_rate} * rate.den, rate.num);
}

int64_t SampleAtFrameCentre(FrameIndex frame, int32_t sample_rate,
                            FrameRate rate) {
  return MulDivFloor(2 * frame + 1, int64_t{sample_rate} * rate.den,
                     int64_t{2} * rate.num);
}

int64_t MicrosAtFrame(FrameIndex frame, FrameRate rate) {
  return MulDivFloor(frame, int64_t{1000000} * rate.den, rate.num);
}

int64_t FramesForMillis(int64_t ms, FrameRate rate) {
  return std::max<int64_t>(1,
                           MulDivFloor(ms, rate.num, int64_t{1000} * rate.den));
}

}  // namespace longtake
