// From the rows of a Live Link Face CSV to a track at the job's rate.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <istream>

#include "worker/engine/motion/live_link_csv.h"
#include "worker/engine/motion/smoothing.h"

namespace longtake::worker {
namespace {

constexpr int64_t kSecondsADay = 24 * 3600;
constexpr int64_t kNanosPerSecond = 1000000000;
constexpr int kShutFrames = 6;

struct TimedRow {
  int64_t nanos = 0;  // since the first row
  int64_t line = 0;
  MotionFrame motion;
};

int64_t NominalRate(FrameRate rate) {
  return (rate.num + rate.den - 1) / rate.den;
}

StatusOr<std::vector<LiveLinkRow>> ReadRows(std::istream& in) {
  LiveLinkCsvReader reader(in);
  LT_RETURN_IF_ERROR(reader.ReadHeader());
  std::vector<LiveLinkRow> rows;
  LiveLinkRow row;
  for (;;) {
    LT_ASSIGN_OR_RETURN(const bool more, reader.ReadRow(&row));
    if (!more) break;
    // Past midnight the clock begins again. Only a take's long step back is
    // that; a short one is an error that TimeRows reports.
    if (!rows.empty() &&
        row.seconds + kSecondsADay / 2 < rows.back().seconds % kSecondsADay) {
      row.seconds += kSecondsADay;
    }
    if (!rows.empty() && rows.back().seconds >= kSecondsADay &&
        row.seconds < kSecondsADay) {
      row.seconds += kSecondsADay;
    }
    rows.push_back(row);
  }
  if (rows.empty()) {
    return InvalidArgument(
        "motion CSV has a header but no frames; record a take first");
  }
  return rows;
}

// How many timecode frames make a second, exactly.
StatusOr<FrameRate> TimecodeRate(const std::vector<LiveLinkRow>& rows,
                                 const LiveLinkImportOptions& options) {
  int64_t highest = 0, highest_line = 0;
  for (const LiveLinkRow& row : rows) {
    if (row.frame_micros / 1000000 >= highest) {
      highest = row.frame_micros / 1000000;
      highest_line = row.line;
    }
  }
  const int64_t job = NominalRate(options.rate);
  int64_t base = options.timecode_frames_per_second;
  if (base == 0) {
    const bool under_a_second = rows.front().seconds == rows.back().seconds;
    constexpr std::array<int64_t, 7> kRates = {24, 25, 30, 48, 50, 60, 120};
    base = *std::find_if(kRates.begin(), kRates.end() - 1,
                         [&](int64_t r) { return r > highest; });
    // A second that is whole tells the rate; else believe the job's.
    const bool whole = highest + 1 == base && !under_a_second;
    if (highest < job && (!whole || highest + 1 == job)) base = job;
  }
  if (highest >= base) {
    return InvalidArgument(fmt::format(
        "motion CSV line {}: timecode frame {} in a second of {} frames; give "
        "the rate of the capture",
        highest_line, highest, base));
  }
  if (base == job) return options.rate;
  return FrameRate{static_cast<int32_t>(base), 1};
}

StatusOr<std::vector<TimedRow>> TimeRows(const std::vector<LiveLinkRow>& rows,
                                         FrameRate rate) {
  const int64_t base = NominalRate(rate);
  std::vector<TimedRow> timed;
  timed.reserve(rows.size());
  const auto micro_frames = [&](const LiveLinkRow& row) {
    return row.seconds * base * 1000000 + row.frame_micros;
  };
  const int64_t first = micro_frames(rows.front());
  for (const LiveLinkRow& row : rows) {
    const int64_t nanos =
        static_cast<int64_t>(static_cast<__int128>(micro_frames(row) - first) *
                             1000 * rate.den / rate.num);
    if (!timed.empty() && nanos <= timed.back().nanos) {
      return InvalidArgument(fmt::format(
          "motion CSV line {}: its timecode is not after line {}'s; sort the "
          "lines and remove doubles",
          row.line, timed.back().line));
    }
    if (!timed.empty() &&
        nanos - timed.back().nanos > kMaxCsvGapMillis * 1000000) {
      return InvalidArgument(fmt::format(
          "motion CSV line {}: {} ms without a frame since line {}, more than "
          "{}; fill the gap or cut the take there",
          row.line, (nanos - timed.back().nanos) / 1000000, timed.back().line,
          kMaxCsvGapMillis));
    }
    timed.push_back({nanos, row.line, row.motion});
  }
  return timed;
}

bool IsArkit(const std::vector<LiveLinkRow>& rows) {
  return std::all_of(rows.begin(), rows.end(), [](const LiveLinkRow& row) {
    return row.motion[kMouthClose] <= row.motion[kJawOpen] + 0.15f;
  });
}

// ARKit's MouthClose undoes JawOpen: their ratio is the seal. A jaw that rests
// leaves no ratio; lips meet then.
float SealOfArkit(const MotionFrame& motion) {
  constexpr float kRestingJaw = 0.02f;
  const float jaw = motion[kJawOpen];
  const float ratio =
      std::min(1.f, motion[kMouthClose] / std::max(jaw, kRestingJaw));
  const float rest = std::clamp(2.f - jaw / kRestingJaw, 0.f, 1.f);
  return std::max(ratio, rest);
}

MotionFrame Between(const TimedRow& a, const TimedRow& b, int64_t nanos) {
  if (nanos <= a.nanos) return a.motion;
  const double u = static_cast<double>(nanos - a.nanos) /
                   static_cast<double>(b.nanos - a.nanos);
  MotionFrame mixed;
  for (int c = 0; c < kMotionChannels; ++c) {
    mixed[c] = static_cast<float>((1 - u) * a.motion[c] + u * b.motion[c]);
  }
  return mixed;
}

}  // namespace

StatusOr<MotionTrack> ImportLiveLinkCsv(std::istream& in,
                                        const LiveLinkImportOptions& options) {
  LT_ASSIGN_OR_RETURN(std::vector<LiveLinkRow> rows, ReadRows(in));
  const bool arkit =
      options.mouth_close == MouthCloseMeaning::kArkit ||
      (options.mouth_close == MouthCloseMeaning::kDetect && IsArkit(rows));
  if (arkit) {
    for (LiveLinkRow& row : rows) {
      row.motion[kMouthClose] = SealOfArkit(row.motion);
    }
  }
  LT_ASSIGN_OR_RETURN(const FrameRate rate, TimecodeRate(rows, options));
  LT_ASSIGN_OR_RETURN(const std::vector<TimedRow> timed, TimeRows(rows, rate));

  MotionTrack track{options.rate, {0, 0}, {}};
  size_t at = 0;
  for (FrameIndex f = 0;; ++f) {
    const int64_t nanos =
        static_cast<int64_t>(static_cast<__int128>(f) * kNanosPerSecond *
                             options.rate.den / options.rate.num);
    if (nanos > timed.back().nanos) break;
    while (at + 1 < timed.size() && timed[at + 1].nanos <= nanos) ++at;
    track.frames.push_back(
        Between(timed[at], timed[std::min(at + 1, timed.size() - 1)], nanos));
    track.range.end = f + 1;
  }
  return track;
}

StatusOr<MotionTrack> SampleImportedMotion(const MotionTrack& track,
                                           FrameRange range) {
  if (track.frames.empty()) {
    return InvalidArgument("the imported motion has no frames");
  }
  MotionTrack out{track.rate, range, {}};
  for (FrameIndex f = range.begin; f < range.end; ++f) {
    MotionFrame frame =
        track.at(std::clamp(f, track.range.begin, track.range.end - 1));
    if (f >= track.range.end) {
      const double shut = SmoothStep5(
          static_cast<double>(f - track.range.end + 1) / kShutFrames);
      for (int c = kJawForward; c <= kMouthUpperUpRight; ++c) {
        // A held smile or frown stays; what opens or shapes the lips goes.
        if (c >= kMouthSmileLeft && c <= kMouthDimpleRight) continue;
        const double rest = c == kMouthClose ? 1 : 0;
        frame[c] = static_cast<float>(frame[c] + (rest - frame[c]) * shut);
      }
      frame[kTongueOut] *= static_cast<float>(1 - shut);
    }
    out.frames.push_back(frame);
  }
  return out;
}

}  // namespace longtake::worker
