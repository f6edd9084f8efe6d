#pragma once
// Seam evidence of one rendered segment: what its neighbours are compared with,
// taken before encoding.
//
// A segment of frames `range` is rendered over `rendered`, a few frames past
// both ends (its overlap). With overlap o at an end, the frames [end - o,
// end + o) are kept whole: planes, motion and digest; likewise [begin - o,
// begin + o). An end without overlap is an end of the job and has no seam. Of
// every other rendered frame only the change against the frame before is kept.
//
// Blob, little-endian, version 1:
//   "LTEV", u32 version, i64 range.begin, range.end, rendered.begin,
//   rendered.end, u32 width, height, kMotionChannels, frames kept
//   u64 luma_sad [rendered.size()]
//   for each frame kept, rising: i64 index, f32 motion [61], u8 digest [32],
//     u32 size, zlib stream of that size.
// The zlib stream (level 1) holds y, u, v as differences modulo 256: to the
// frame before where that is kept too, else to the sample above in the plane
// (0 above the first row).

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/media_time/media_time.h"
#include "common/status/status.h"
#include "worker/encode/yuv_frame.h"
#include "worker/engine/motion/motion_track.h"

namespace longtake::worker {

// A frame at an end of a segment.
struct OverlapFrame {
  FrameIndex index = 0;
  MotionFrame motion{};
  std::string sha256;  // hex, of y then u then v
  YuvFrame planes;
};

struct SegmentEvidence {
  FrameRange range;
  FrameRange rendered;
  int width = 0;
  int height = 0;
  // [rendered.size()]: sum of absolute luma differences of each rendered frame
  // to the frame before; 0 for the first.
  std::vector<uint64_t> luma_sad;
  std::vector<OverlapFrame> frames;  // rising

  // Null where the frame is not kept. Borrowed from this.
  const OverlapFrame* Find(FrameIndex index) const;
};

// Sum of absolute differences of two luma planes of one size.
uint64_t LumaSad(const YuvFrame& a, const YuvFrame& b);

// Collects the evidence while a segment is rendered. Holds one frame and the
// packed overlap frames, whatever the segment's length. One thread only.
class EvidenceBuilder {
 public:
  EvidenceBuilder(FrameRange range, FrameRange rendered, int width, int height);

  // Every frame of `rendered`, rising, as it goes to the encoder. Keeps the
  // planes and leaves others in their place, to be used again. InvalidArgument:
  // out of order or of another size.
  Status Add(FrameIndex index, const MotionFrame& motion, YuvFrame* planes);

  // The blob. FailedPrecondition unless all frames were added; call once.
  StatusOr<std::string> Finish();

 private:
  bool Keeps(FrameIndex index) const;

  const FrameRange range_;
  const FrameRange rendered_;
  const int width_;
  const int height_;
  FrameIndex next_;
  YuvFrame previous_;
  std::vector<uint64_t> luma_sad_;
  std::string packed_;  // the blob's part of frames kept
  uint32_t kept_ = 0;
};

// The evidence in a blob. DataLoss, with the place, for anything but a whole
// blob of this version whose planes match their digests.
StatusOr<SegmentEvidence> ParseEvidence(std::string_view blob);

}  // namespace longtake::worker
