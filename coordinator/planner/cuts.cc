#include "coordinator/planner/cuts.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/job/job.h"

namespace longtake::coordinator {
namespace {

constexpr int64_t kMaxReachMillis = 1000;
// Where the first segment ends. Jobs of shorter segments than that, or of a
// single one, have no such cut.
constexpr int64_t kLeadMillis = 1200;
constexpr int64_t kShortestLedMillis = 5000;
// Its cut moves by this part of it.
constexpr int64_t kLeadReach = 8;

FrameIndex QuietestNear(const std::string& loudness, FrameIndex boundary,
                        int64_t reach) {
  const auto level = [&loudness](FrameIndex frame) {
    return static_cast<unsigned char>(loudness[static_cast<size_t>(frame)]);
  };
  FrameIndex best = boundary;
  for (int64_t distance = 1; distance <= reach; ++distance) {
    for (FrameIndex frame : {boundary - distance, boundary + distance}) {
      if (level(frame) < level(best)) best = frame;
    }
  }
  return best;
}

}  // namespace

StatusOr<std::vector<FrameRange>> CutSegments(const std::string& loudness,
                                              FrameRate rate,
                                              int64_t segment_millis) {
  const auto total = static_cast<int64_t>(loudness.size());
  if (total < 1) return InvalidArgument("cut: the job has no frames");
  if (segment_millis < 1) {
    return InvalidArgument(fmt::format(
        "cut: segment length is {} ms; give 1 or more", segment_millis));
  }
  const int64_t nominal = FramesForMillis(segment_millis, rate);
  if (total / nominal > kMaxSegments) {
    return InvalidArgument(fmt::format(
        "cut: {} frames in segments of {} ms make {} segments, at most {} are "
        "accepted; give longer ones with --segment-seconds",
        total, segment_millis, total / nominal, kMaxSegments));
  }
  const int64_t reach =
      std::min(nominal / 4, FramesForMillis(kMaxReachMillis, rate));
  const int64_t shortest_tail = (nominal + 1) / 2;

  std::vector<FrameRange> segments;
  FrameIndex begin = 0;
  const int64_t lead = FramesForMillis(kLeadMillis, rate);
  if (segment_millis >= kShortestLedMillis &&
      nominal <= total - shortest_tail) {
    begin = QuietestNear(loudness, lead, lead / kLeadReach);
    segments.push_back({0, begin});
  }
  for (FrameIndex boundary = nominal; boundary <= total - shortest_tail;
       boundary += nominal) {
    const FrameIndex cut = QuietestNear(loudness, boundary, reach);
    segments.push_back({begin, cut});
    begin = cut;
  }
  segments.push_back({begin, total});
  return segments;
}

StatusOr<std::vector<FrameRange>> SegmentsWithin(
    std::vector<FrameRange> segments, FrameRange range, FrameRate rate) {
  if (range.empty() || segments.empty()) return segments;
  const FrameIndex total = segments.back().end;
  const auto time = [rate](FrameIndex frame) {
    const int64_t millis = MicrosAtFrame(frame, rate) / 1000;
    return fmt::format("frame {} ({}:{:02}:{:02}.{:03})", frame,
                       millis / 3600000, millis / 60000 % 60,
                       millis / 1000 % 60, millis % 1000);
  };
  if (range.end == kToTheEnd) range.end = std::max(total, range.begin);
  if (range.begin >= total || range.end > total) {
    return InvalidArgument(fmt::format(
        "the range {} at {}, the audio ends at {}: give an earlier --{}",
        range.begin >= total ? "begins" : "ends",
        time(range.begin >= total ? range.begin : range.end), time(total),
        range.begin >= total ? "in" : "out"));
  }
  std::vector<FrameRange> within;
  for (const FrameRange& s : segments) {
    const FrameRange part{std::max(s.begin, range.begin),
                          std::min(s.end, range.end)};
    if (!part.empty()) within.push_back(part);
  }
  return within;
}

FrameRange WithOverlap(FrameRange range, int overlap, int64_t total_frames) {
  return {std::max<FrameIndex>(0, range.begin - overlap),
          std::min<FrameIndex>(total_frames, range.end + overlap)};
}

}  // namespace longtake::coordinator
