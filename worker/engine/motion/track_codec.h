#pragma once
// A MotionTrack as bytes: how imported motion travels as an artifact, and what
// a digest of it covers. Little-endian:
//   8 bytes "LTTRACK1"; i32 rate num, den; i64 begin, end;
//   float32 [end - begin, 61] in the order of MotionChannelNames()

#include <string>

#include "common/media_time/media_time.h"
#include "common/status/status.h"
#include "worker/engine/motion/motion_track.h"

namespace longtake::worker {

// Canonical: equal tracks (bit for bit), equal bytes. 244 bytes a frame.
std::string SerializeMotionTrack(const MotionTrack& track);

// DataLoss for anything that SerializeMotionTrack could not have written, and
// for values that are not finite.
StatusOr<MotionTrack> ParseMotionTrack(const std::string& bytes);

// SHA-256 of all that SampleImportedMotion over `range` depends on.
StatusOr<std::string> ImportedMotionDigest(const MotionTrack& track,
                                           FrameRange range);

}  // namespace longtake::worker
