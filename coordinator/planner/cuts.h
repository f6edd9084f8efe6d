#pragma once
// Where a job is cut into segments: the one place that knows the rule.
//
// With n = FramesForMillis(segment_millis), nominal boundaries lie at k n on
// the job's absolute timeline, for every k whose tail is long enough
// (k n + ceil(n / 2) <= total; the last segment keeps what trails). Each cut
// moves to the quietest frame within +-r of its boundary, r = min(n / 4, one
// second); of equally quiet frames the one nearest to the boundary wins, then
// the earlier. So a cut depends on the loudness within one second of its own
// boundary and on nothing else: an edit moves only the cuts beside it.
//
// One more boundary lies at 1.2 s, with a reach of an eighth of that, so that a
// job's first second can be watched soon. Only one, and no later: at 30 frames
// a second a change of two seconds reaches 17.6 s of motion, and must not touch
// more than three segments of the usual ten seconds. Jobs of one segment, or of
// segments below 5 s, lack it.

#include <string>
#include <vector>

#include "common/media_time/media_time.h"
#include "common/status/status.h"

namespace longtake::coordinator {

// Names of all segments, with a repair of each, must fit one message to a
// worker (4 MiB; about 330 bytes a segment in the assembly's): 33 hours at the
// nominal ten seconds.
inline constexpr int kMaxSegments = 12000;

// Covers [0, loudness.size()) exactly once, in order, each segment at least one
// frame. loudness: one byte a frame, louder = larger, at least one frame.
// InvalidArgument for no frames, a segment_millis below 1, or more than
// kMaxSegments. Pure.
StatusOr<std::vector<FrameRange>> CutSegments(const std::string& loudness,
                                              FrameRate rate,
                                              int64_t segment_millis);

// What of `segments` (a whole job's, from frame 0) lies in `range`: those at
// its ends cut short, those inside as they are. Empty range: all; an end of
// kToTheEnd: to the end. InvalidArgument for a range that begins or ends past
// the last frame.
StatusOr<std::vector<FrameRange>> SegmentsWithin(
    std::vector<FrameRange> segments, FrameRange range, FrameRate rate);

// range and `overlap` frames past both ends, within [0, total_frames).
FrameRange WithOverlap(FrameRange range, int overlap, int64_t total_frames);

}  // namespace longtake::coordinator
