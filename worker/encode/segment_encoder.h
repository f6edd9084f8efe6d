#pragma once
// One segment's frames to H.264, by one fresh single-threaded encoder.
//
// Same frames and settings -> same bytes, on any CPU and whatever the frames'
// place in the job: x264 runs with one thread and cpu-independent, and nothing
// of a run (job, time, host, path) is written. The parameter sets (extradata)
// depend on the settings only, never on the segment's length. The first packet
// carries x264's information SEI, which states its version and settings; it is
// equal in all segments.
//
// A chunk is an MP4 file of its own, so that any player shows it: one video
// track, timescale rate.num, rate.den ticks a frame. Its first frame, an IDR,
// has pts 0; packet k in decoding order has dts (k - reorder) frames, with the
// settings' constant reorder depth, so that chunks join without a gap in dts.

#include <cstdint>
#include <memory>
#include <string>

#include "common/media_time/media_time.h"
#include "common/status/status.h"
#include "worker/encode/yuv_frame.h"
#include "worker/engine/image.h"

namespace longtake::worker {

inline constexpr int kMaxFrameSide = 4096;
inline constexpr int kGopSeconds = 2;  // an IDR at least as often

struct EncodeSettings {
  int width = 512;  // pixels, even
  int height = 512;
  FrameRate rate = {};
  int crf = 18;  // 0..51; 0 is lossless
  std::string preset = "veryfast";
};

struct EncodedSegment {
  FrameRange range = {};
  int64_t bytes = 0;                  // size of the chunk file
  std::string extradata_sha256 = {};  // equal for equal settings
};

// One thread only.
class SegmentEncoder {
 public:
  // The frames of `range` go to `out_path`, which appears, whole, at Finish.
  // InvalidArgument: settings out of range, unwritable place.
  // FailedPrecondition: this FFmpeg has no libx264.
  static StatusOr<std::unique_ptr<SegmentEncoder>> Create(
      const EncodeSettings& settings, FrameRange range,
      const std::string& out_path);
  ~SegmentEncoder();
  SegmentEncoder(const SegmentEncoder&) = delete;
  SegmentEncoder& operator=(const SegmentEncoder&) = delete;

  // The next frame of the range; the planes are those of ConvertToYuv420.
  // InvalidArgument: another size, or a frame too many. ResourceExhausted: the
  // disk is full.
  Status Add(const YuvFrame& frame);
  Status Add(const Image& frame);

  // Drains, closes and publishes the chunk. FailedPrecondition unless the whole
  // range was added. Call once; without it nothing is left on the disk.
  StatusOr<EncodedSegment> Finish();

 private:
  struct State;
  explicit SegmentEncoder(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Versions of the libraries that decide the encoded bytes, e.g. "x264 core 164
// r3095 baee400, lavc 59.37.100". For task keys. Thread-safe.
StatusOr<std::string> EncoderVersion();

}  // namespace longtake::worker
