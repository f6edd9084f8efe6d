#include "worker/quality/lip_sync.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "worker/quality/least_squares.h"
#include "worker/quality/seen_closures.h"
#include "worker/quality/sync_series.h"

namespace longtake::worker {
namespace {

// Half a second to each side, in steps of 10 ms.
constexpr int kLags = 50;
constexpr double kLagSeconds = 0.01;

// A pause is at least this long; so much at its ends is left to the mouth to
// come to rest and to make ready.
constexpr double kLeastPauseSeconds = 0.45;
constexpr double kPauseEdgeSeconds = 0.18;
// A stretch with less speech has no offset of its own.
constexpr double kLeastStretchSpeech = 2;
// Where a stretch's own offset is looked for, about that of them all.
constexpr int kStretchLags = 15;
constexpr size_t kLeastTrendStretches = 3;
// With less speech there is nothing to be said about it.
constexpr double kLeastSpeechSeconds = 1;

struct Sums {
  double n = 0, x = 0, y = 0, xx = 0, yy = 0, xy = 0;

  void Add(double a, double b) {
    n += 1;
    x += a;
    y += b;
    xx += a * a;
    yy += b * b;
    xy += a * b;
  }
  // What varies about the means: n, xx, yy and xy only.
  Sums Centred() const {
    Sums c;
    if (n < 1) return c;
    c.n = n;
    c.xx = xx - x * x / n;
    c.yy = yy - y * y / n;
    c.xy = xy - x * y / n;
    return c;
  }
  void AddCentred(const Sums& c) {
    n += c.n;
    xx += c.xx;
    yy += c.yy;
    xy += c.xy;
  }
  // Of centred sums.
  double R() const {
    const double scale = std::sqrt(std::max(xx, 0.0) * std::max(yy, 0.0));
    return scale > 1e-9 ? xy / scale : 0;
  }
};

using LagSums = std::array<Sums, 2 * kLags + 1>;

// At lag l the sound is taken to be l steps behind the picture.
LagSums Correlate(const SyncStretch& stretch) {
  LagSums sums;
  for (const HeardMouth& heard : stretch.heard) {
    if (heard.silence >= kLikely) continue;
    for (int lag = -kLags; lag <= kLags; ++lag) {
      const double seen =
          OpeningAt(stretch.seen, heard.seconds - lag * kLagSeconds);
      if (!std::isnan(seen)) {
        sums[static_cast<size_t>(lag + kLags)].Add(
            seen, static_cast<double>(heard.opening));
      }
    }
  }
  for (Sums& s : sums) s = s.Centred();
  return sums;
}

// The lag of the best correlation among [first, last], between steps by a
// parabola; absent where it lies at an end or is no correlation to speak of.
std::optional<double> BestLag(const LagSums& sums, int first, int last) {
  int best = first;
  const auto r = [&sums](int lag) {
    return sums[static_cast<size_t>(lag + kLags)].R();
  };
  for (int lag = first; lag <= last; ++lag) {
    if (r(lag) > r(best)) best = lag;
  }
  if (best == first || best == last || r(best) < kLeastOffsetR) {
    return std::nullopt;
  }
  const double before = r(best - 1), after = r(best + 1);
  const double bend = before - 2 * r(best) + after;
  const double between = bend < 0 ? 0.5 * (before - after) / bend : 0;
  return best + between;
}

double Milliseconds(double lag) { return 1000 * kLagSeconds * lag; }

// Sums of the openings about the mean of each pause.
Sums SilentMotion(const SyncStretch& stretch) {
  Sums all;
  for (const Span& pause : RunsOf(stretch.heard, [](const HeardMouth& h) {
         return h.silence >= kLikely;
       })) {
    if (pause.length() < kLeastPauseSeconds) continue;
    Sums sums;
    for (const SeenMouth& m : stretch.seen) {
      if (m.seconds < pause.begin + kPauseEdgeSeconds ||
          m.seconds > pause.end - kPauseEdgeSeconds) {
        continue;
      }
      sums.Add(static_cast<double>(m.opening), 0);
    }
    all.AddCentred(sums.Centred());
  }
  return all;
}

std::optional<double> Share(int64_t part, int64_t whole) {
  if (whole == 0) return std::nullopt;
  return static_cast<double>(part) / static_cast<double>(whole);
}

std::optional<double> Deviation(const Sums& centred) {
  if (centred.n < 2) return std::nullopt;
  return std::sqrt(std::max(centred.xx, 0.0) / centred.n);
}

// The openings while something is said.
std::vector<float> SpokenOpenings(std::span<const SyncStretch> stretches) {
  std::vector<float> openings;
  for (const SyncStretch& stretch : stretches) {
    for (const SeenMouth& m : stretch.seen) {
      const HeardMouth* heard = HeardAt(stretch.heard, m.seconds);
      if (heard != nullptr && heard->silence < kLikely) {
        openings.push_back(m.opening);
      }
    }
  }
  return openings;
}

// The lag of `sums` near `near`.
std::optional<double> LagNear(const LagSums& sums, int near) {
  return BestLag(sums, std::max(near - kStretchLags, -kLags),
                 std::min(near + kStretchLags, kLags));
}

// Each stretch and each minute by itself, and the trend over them; `near`:
// the lag of the whole.
void MeasureParts(std::span<const LagSums> each, double step,
                  std::optional<int> near, LipSync* sync) {
  std::vector<TimedValue> points;
  std::vector<std::pair<int64_t, LagSums>> minutes;
  for (size_t i = 0; i < each.size(); ++i) {
    StretchSync& own = sync->stretches[i];
    own.speech_seconds = each[i][kLags].n * step;
    const double middle = (own.begin_seconds + own.end_seconds) / 2;
    const auto minute = static_cast<int64_t>(middle / 60);
    if (minutes.empty() || minutes.back().first != minute) {
      minutes.emplace_back(minute, LagSums{});
    }
    for (size_t l = 0; l < each[i].size(); ++l) {
      minutes.back().second[l].AddCentred(each[i][l]);
    }
    if (own.speech_seconds < kLeastStretchSpeech) continue;
    own.opening_r = each[i][kLags].R();
    const auto lag = near ? LagNear(each[i], *near) : std::nullopt;
    if (!lag) continue;
    own.offset_ms = Milliseconds(*lag);
    points.push_back({middle, *own.offset_ms});
  }
  for (const auto& [minute, sums] : minutes) {
    MinuteSync& own = sync->minutes.emplace_back();
    own.minute = minute;
    if (!near || sums[kLags].n * step < kLeastStretchSpeech) continue;
    const std::optional<double> lag = LagNear(sums, *near);
    if (lag) own.offset_ms = Milliseconds(*lag);
  }
  if (points.size() >= kLeastTrendStretches &&
      points.back().seconds - points.front().seconds >= kLeastTrendSeconds) {
    sync->offset_trend_ms_per_minute = SlopePerMinute(points);
  }
}

void MeasureOffset(std::span<const SyncStretch> stretches, LipSync* sync) {
  LagSums all;
  std::vector<LagSums> each;
  for (const SyncStretch& stretch : stretches) {
    each.push_back(Correlate(stretch));
    for (size_t i = 0; i < all.size(); ++i) all[i].AddCentred(each.back()[i]);
  }
  const double step =
      stretches.empty() || stretches[0].heard.size() < 2
          ? 0
          : stretches[0].heard[1].seconds - stretches[0].heard[0].seconds;
  sync->speech_seconds = all[kLags].n * step;
  sync->speech_motion = Deviation(all[kLags]);
  std::optional<int> near;
  if (sync->speech_seconds >= kLeastSpeechSeconds) {
    sync->opening_r = all[kLags].R();
    const std::optional<double> best = BestLag(all, -kLags, kLags);
    if (best) {
      sync->offset_ms = Milliseconds(*best);
      near = static_cast<int>(std::lround(*best));
      sync->offset_r = all[static_cast<size_t>(*near + kLags)].R();
    }
  }
  MeasureParts(each, step, near, sync);
}

}  // namespace

LipSync MeasureLipSync(std::span<const SyncStretch> stretches) {
  LipSync sync;
  const LipLevel level = LipLevelOf(SpokenOpenings(stretches));
  ClosureCounts counts;
  Sums silent;
  for (const SyncStretch& stretch : stretches) {
    for (size_t i = 1; i < stretch.seen.size(); ++i) {
      sync.measured_seconds += std::min(
          stretch.seen[i].seconds - stretch.seen[i - 1].seconds, kGapSeconds);
    }
    StretchSync& own = sync.stretches.emplace_back();
    if (!stretch.seen.empty()) {
      own.begin_seconds = stretch.seen.front().seconds;
      own.end_seconds = stretch.seen.back().seconds;
    }
    CountClosures(stretch, level, &counts, &sync.sought);
    silent.AddCentred(SilentMotion(stretch));
  }
  sync.closures_heard = counts.heard;
  sync.closure_recall = Share(counts.seen, counts.heard);
  sync.closure_precision = Share(counts.right, counts.shown);
  sync.silence_motion = Deviation(silent);
  MeasureOffset(stretches, &sync);
  return sync;
}

}  // namespace longtake::worker
