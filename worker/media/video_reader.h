#pragma once
// The pictures of a video file, in the order in which they are shown, from any
// place in it.

#include <cstdint>
#include <memory>
#include <string>

#include "common/media_time/media_time.h"
#include "common/status/status.h"
#include "worker/engine/image.h"

namespace longtake::worker {

// A larger picture is refused before it is decoded.
inline constexpr int64_t kMaxVideoPixels = 7680 * 4320;

struct VideoFacts {
  int width = 0, height = 0;  // as stored
  FrameRate rate;             // the mean one, by the container
  // Of the whole track; 0 where the container doesn't tell.
  int64_t duration_us = 0;
  // The rate that the pictures' own times keep to: `rate`, or the container's
  // base rate where up to a tenth of its pictures are missing.
  FrameRate grid;
  FrameRate tick_hz;  // of FrameStamp::ticks, a second
  std::string codec;  // FFmpeg's name: "h264"
};

// A picture's place, before it is converted.
struct FrameStamp {
  int64_t time_us = 0;  // as VideoFrame::time_us
  int64_t ticks = 0;    // the same, exact: on the track's own clock
  bool key = false;     // can be decoded by itself
};

// Borrowed from the reader, until it goes on.
struct LumaView {
  const uint8_t* data = nullptr;
  int stride_bytes = 0;
  int width = 0, height = 0;  // as stored, not turned
  bool full_range = false;    // 0..255; else 16..235
};

struct VideoFrame {
  // When it is first shown, on the file's own clock: that of
  // AudioFacts::start_us.
  int64_t time_us = 0;
  Image image;
};

// One thread only.
class VideoReader {
 public:
  struct Options {
    // Larger pictures are shrunk until their shorter side is this long, pixels;
    // 0 = never.
    int max_short_side = 0;
  };
  // The best video stream of the file at `path`. InvalidArgument, with the
  // remedy, where there is none that can be shown. `display_name` is what
  // messages call the file.
  static StatusOr<std::unique_ptr<VideoReader>> Open(
      const std::string& path, const std::string& display_name,
      const Options& options);
  ~VideoReader();
  VideoReader(const VideoReader&) = delete;
  VideoReader& operator=(const VideoReader&) = delete;

  const VideoFacts& facts() const { return facts_; }

  // Next() gives the first frame shown at or after `time_us`. Decodes from the
  // keyframe before it. Pictures in between are not converted.
  Status SeekTo(int64_t time_us);

  // false: there are no more. Damaged pictures are left out. As 8-bit RGB by
  // the frame's own matrix and range, turned by the quarters and mirrored as
  // the container asks.
  StatusOr<bool> Next(VideoFrame* frame);

  // As Next, without converting the picture…
  StatusOr<bool> Advance(FrameStamp* stamp);
  // …which is then there as luma (8 bits, whatever the file stores) and as the
  // image that Next would give. Once Advance was true.
  StatusOr<LumaView> Luma();
  Status Picture(Image* image);

 private:
  struct Parts;
  VideoReader(std::unique_ptr<Parts> parts, VideoFacts facts);
  const std::unique_ptr<Parts> parts_;
  const VideoFacts facts_;
};

}  // namespace longtake::worker
