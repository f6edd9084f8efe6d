#include "tools/motion_model/own/measured_curves.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "tools/motion_model/curve_file.h"

namespace longtake::own {
namespace {

using worker::HeardMouth;
using worker::MouthCurves;

// The teacher's percentiles while somebody speaks, over the recordings of
// ./dev recordings in English, Spanish and French: the 5th and 95th of the jaw,
// the 95th of the stretch. Its mouth is neither wide nor narrow (stretch and
// smile less rounding) at about the 35th.
constexpr double kJawLow = 0.12, kJawHigh = 0.55, kStretchHigh = 0.38;
constexpr double kLow = 5, kHigh = 95, kNeutral = 35;
// Of the way from the lips' closest to their widest in speech: sealed below the
// first, not at all above the second.
constexpr double kSealed = 0.05, kParted = 0.25;
// Pictures further apart have nothing between them.
constexpr double kGapSeconds = 0.1;
constexpr float kLikely = 0.5f;

// p in [0, 100], linear between order statistics.
double Percentile(std::vector<double> v, double p) {
  std::sort(v.begin(), v.end());
  const double at = p / 100 * static_cast<double>(v.size() - 1);
  const size_t k = static_cast<size_t>(at);
  return std::lerp(v[k], v[std::min(k + 1, v.size() - 1)],
                   at - static_cast<double>(k));
}

double Dot(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

void Centre(std::vector<double>* v) {
  double mean = 0;
  for (const double x : *v) mean += x / static_cast<double>(v->size());
  for (double& x : *v) x -= mean;
}

// Subtracts from `v` its share of `from`, both about their means.
void Remove(const std::vector<double>& from, std::vector<double>* v) {
  const double size = Dot(from, from);
  if (size < 1e-9 * static_cast<double>(from.size())) return;
  const double share = Dot(*v, from) / size;
  for (size_t i = 0; i < v->size(); ++i) (*v)[i] -= share * from[i];
}

// What a linear fit by `causes` leaves of `v`: Gram-Schmidt.
std::vector<double> Without(std::vector<std::vector<double>> causes,
                            std::vector<double> v) {
  Centre(&v);
  for (size_t i = 0; i < causes.size(); ++i) {
    Centre(&causes[i]);
    for (size_t j = 0; j < i; ++j) Remove(causes[j], &causes[i]);
    Remove(causes[i], &v);
  }
  return v;
}

template <typename Get>
std::vector<double> Each(std::span<const MouthMeasures> seen, Get get) {
  std::vector<double> values;
  values.reserve(seen.size());
  for (const MouthMeasures& m : seen) values.push_back(get(m));
  return values;
}

std::vector<double> Where(const std::vector<double>& values,
                          const std::vector<bool>& holds) {
  std::vector<double> kept;
  for (size_t i = 0; i < values.size(); ++i) {
    if (holds[i]) kept.push_back(values[i]);
  }
  return kept;
}

// The steps heard from `begin` to `end`, and a little around.
std::span<const HeardMouth> Around(std::span<const HeardMouth> heard,
                                   double begin, double end) {
  const auto before = [](const HeardMouth& h, double t) {
    return h.seconds < t;
  };
  const auto first =
      std::lower_bound(heard.begin(), heard.end(),
                       begin - worker::kSeenClosureTolerance, before);
  const auto last = std::lower_bound(
      first, heard.end(), end + worker::kSeenClosureTolerance, before);
  return {first, last};
}

bool SpokenAt(std::span<const HeardMouth> heard, double seconds) {
  const auto near = Around(heard, seconds, seconds);
  const auto silent =
      std::count_if(near.begin(), near.end(),
                    [](const HeardMouth& h) { return h.silence > kLikely; });
  return 2 * silent < static_cast<std::ptrdiff_t>(near.size());
}

std::vector<MouthMeasures> FromTheFront(std::span<const MouthMeasures> seen) {
  std::vector<MouthMeasures> front;
  if (seen.empty()) return front;
  const double nod =
      Percentile(Each(seen, [](const auto& m) { return m.nod; }), 50);
  for (const MouthMeasures& m : seen) {
    if (std::abs(m.turn) <= kMostTurn && std::abs(m.nod - nod) <= kMostNod) {
      front.push_back(m);
    }
  }
  return front;
}

// Seconds that the pictures where `holds` last, gaps left out.
double Lasting(std::span<const MouthMeasures> seen,
               const std::vector<bool>& holds) {
  double sum = 0;
  for (size_t i = 1; i < seen.size(); ++i) {
    const double step = seen[i].seconds - seen[i - 1].seconds;
    if (holds[i] && step <= kGapSeconds) sum += step;
  }
  return sum;
}

// Whether lips that are shut over these pictures may have done it for another
// reason than a p, b or m.
bool Doubtful(std::span<const MouthMeasures> shut,
              std::span<const HeardMouth> heard) {
  const double begin = shut.front().seconds, end = shut.back().seconds;
  if (end - begin > worker::kLongestClosure) return true;
  const bool spoken = std::any_of(
      shut.begin(), shut.end(),
      [&](const MouthMeasures& m) { return SpokenAt(heard, m.seconds); });
  if (!spoken) return true;
  float closes = 0, nearly = 0;
  for (const HeardMouth& h : Around(heard, begin, end)) {
    closes = std::max(closes, h.closes);
    nearly = std::max(nearly, h.nearly_closes);
  }
  return nearly > kLikely && nearly > closes;
}

// The seal picture by picture, NaN where it can't be told.
std::vector<double> Seal(std::span<const MouthMeasures> seen,
                         std::span<const HeardMouth> heard, double low,
                         double high) {
  std::vector<double> seal = Each(seen, [&](const MouthMeasures& m) {
    const double share = (m.opening - low) / (high - low);
    return std::clamp((kParted - share) / (kParted - kSealed), 0.0, 1.0);
  });
  for (size_t begin = 0; begin < seen.size();) {
    size_t end = begin;
    while (end < seen.size() && seal[end] > 0 &&
           (end == begin ||
            seen[end].seconds - seen[end - 1].seconds <= kGapSeconds)) {
      ++end;
    }
    if (end > begin && Doubtful(seen.subspan(begin, end - begin), heard)) {
      std::fill(seal.begin() + static_cast<std::ptrdiff_t>(begin),
                seal.begin() + static_cast<std::ptrdiff_t>(end), NAN);
    }
    begin = std::max(end, begin + 1);
  }
  return seal;
}

// Rows at the steps of a sound, from pictures at theirs.
std::vector<MouthCurves> InSteps(std::span<const MouthMeasures> seen,
                                 std::span<const MouthCurves> curves,
                                 double seconds) {
  const double step = motion_tools::kCurveStepSeconds;
  std::vector<MouthCurves> rows(static_cast<size_t>(seconds / step) + 1,
                                motion_tools::UnknownCurves());
  for (size_t i = 0; i + 1 < seen.size(); ++i) {
    const double from = seen[i].seconds, to = seen[i + 1].seconds;
    if (to - from > kGapSeconds) continue;
    const double first = std::max(0.0, std::ceil(from / step));
    for (size_t k = static_cast<size_t>(first);
         k < rows.size() && static_cast<double>(k) * step < to; ++k) {
      const float part = static_cast<float>(
          (static_cast<double>(k) * step - from) / (to - from));
      for (int c = 0; c < worker::kMouthCurves; ++c) {
        rows[k][c] = (1 - part) * curves[i][c] + part * curves[i + 1][c];
      }
    }
  }
  return rows;
}

float Share(double value) {
  return static_cast<float>(std::clamp(value, 0.0, 1.0));
}

}  // namespace

StatusOr<std::vector<MouthCurves>> CurvesOfMouth(
    std::span<const MouthMeasures> seen, std::span<const HeardMouth> heard,
    double seconds) {
  const std::vector<MouthMeasures> front = FromTheFront(seen);
  std::vector<bool> spoken;
  for (const MouthMeasures& m : front) {
    spoken.push_back(SpokenAt(heard, m.seconds));
  }
  const double lasting = Lasting(front, spoken);
  if (lasting < kLeastSeenSpeech) {
    return InvalidArgument(
        fmt::format("a face seen from the front says something for {:.1f} s of "
                    "it, at least {:.0f} s are needed",
                    lasting, kLeastSeenSpeech));
  }
  const auto opening = Each(front, [](const auto& m) { return m.opening; });
  const double shut = Percentile(Where(opening, spoken), kLow);
  const double wide = Percentile(Where(opening, spoken), kHigh);
  if (wide - shut < worker::kLeastTravel) {
    return InvalidArgument(
        "the mouth in it stands still while something is said");
  }
  const auto turn = Each(front, [](const auto& m) { return m.turn; });
  const auto turn2 = Each(front, [](const auto& m) { return m.turn * m.turn; });
  const auto nod = Each(front, [](const auto& m) { return m.nod; });
  const auto jaw = Without({nod, turn, turn2},
                           Each(front, [](const auto& m) { return m.lower; }));
  const auto width =
      Without({jaw}, Each(front, [](const auto& m) { return m.width; }));
  const double jaw_low = Percentile(Where(jaw, spoken), kLow);
  const double jaw_high = Percentile(Where(jaw, spoken), kHigh);
  const double neutral = Percentile(Where(width, spoken), kNeutral);
  const double stretched = Percentile(Where(width, spoken), kHigh);
  const std::vector<double> seal = Seal(front, heard, shut, wide);
  std::vector<MouthCurves> curves(front.size(), motion_tools::UnknownCurves());
  for (size_t i = 0; i < front.size(); ++i) {
    curves[i][worker::kCurveJaw] =
        Share(kJawLow + (kJawHigh - kJawLow) * (jaw[i] - jaw_low) /
                            std::max(jaw_high - jaw_low, 1e-6));
    curves[i][worker::kCurveLipClose] = static_cast<float>(seal[i]);
    curves[i][worker::kCurveStretch] =
        Share(kStretchHigh * (width[i] - neutral) /
              std::max(stretched - neutral, 1e-6));
  }
  return InSteps(front, curves, seconds);
}

}  // namespace longtake::own
