#pragma once
// Turns finished segments, as they come, into media segments of an HLS preview:
// fragmented MP4 with the job's sound. Video packets are the chunks' own; the
// sound is encoded from the job's file at the same pace, so nothing waits for
// the whole of either. Media segments begin with a keyframe and are about
// kGopSeconds long (segment_encoder.h), never longer than
// MostPreviewFrames().

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "common/media_time/media_time.h"
#include "common/status/status.h"
#include "worker/mux/take_muxer.h"

namespace longtake::worker {

struct PreviewInputs {
  FrameRate rate;
  FrameIndex first_frame = 0;  // of the take, on the job's timeline
  std::string audio_path;      // the job's whole sound
  std::string audio_name;      // for messages
};

struct MediaSegment {
  std::string bytes;  // moof and mdat
  int64_t frames = 0;
};

// One thread only.
class PreviewPackager {
 public:
  // InvalidArgument for a sound that can't be read.
  static StatusOr<std::unique_ptr<PreviewPackager>> Create(
      const PreviewInputs& inputs);
  virtual ~PreviewPackager() = default;

  // The init segment, once, and the media segments of the next chunk, in order;
  // the first error of `sink` ends it. Chunks follow each other without a gap.
  struct Sink {
    std::function<Status(std::string_view bytes)> init;
    std::function<Status(const MediaSegment& segment)> media;
  };
  virtual Status Add(const ChunkFile& chunk, const Sink& sink) = 0;
};

// What no media segment is longer than, in frames.
int64_t MostPreviewFrames(FrameRate rate);

}  // namespace longtake::worker
