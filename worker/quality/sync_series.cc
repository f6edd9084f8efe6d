#include "worker/quality/sync_series.h"

#include <cmath>
#include <iterator>

namespace longtake::worker {

double OpeningAt(std::span<const SeenMouth> seen, double seconds) {
  const auto after = std::lower_bound(
      seen.begin(), seen.end(), seconds,
      [](const SeenMouth& m, double t) { return m.seconds < t; });
  if (after == seen.end()) return NAN;
  if (after == seen.begin()) {
    return after->seconds == seconds ? static_cast<double>(after->opening)
                                     : NAN;
  }
  const SeenMouth& a = *std::prev(after);
  const double gap = after->seconds - a.seconds;
  if (gap > kGapSeconds) return NAN;
  const double part = (seconds - a.seconds) / gap;
  return (1 - part) * static_cast<double>(a.opening) +
         part * static_cast<double>(after->opening);
}

const HeardMouth* HeardAt(std::span<const HeardMouth> heard, double seconds) {
  auto it = std::lower_bound(
      heard.begin(), heard.end(), seconds,
      [](const HeardMouth& m, double t) { return m.seconds < t; });
  if (it == heard.end() ||
      (it != heard.begin() &&
       seconds - std::prev(it)->seconds < it->seconds - seconds)) {
    if (it == heard.begin()) return nullptr;
    --it;
  }
  return std::abs(it->seconds - seconds) > kGapSeconds ? nullptr : &*it;
}

}  // namespace longtake::worker
