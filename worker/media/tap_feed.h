#pragma once
// Decoded sound in the form that a SoundTap takes. Private to worker/media.

#include <vector>

#include "common/status/status.h"
#include "worker/media/audio_file.h"
#include "worker/media/av_handles.h"

namespace longtake::worker {

// One thread only.
class TapFeed {
 public:
  // `tap` outlives this; null: nothing is done.
  explicit TapFeed(SoundTap* tap) : tap_(tap) {}

  // Frames of one format, rate and layout.
  Status Add(AVFrame& frame);

 private:
  Status Begin(AVFrame& frame);

  SoundTap* const tap_;
  SwrContextPtr swr_;
  std::vector<float> samples_;
};

}  // namespace longtake::worker
