#pragma once
// What there is to know about a job's sound, and its 16 kHz mono copy for the
// analysis. One pass over the file, memory independent of its length.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "common/status/status.h"

namespace longtake::worker {

inline constexpr int64_t kMaxAudioMillis = int64_t{24} * 3600 * 1000;

// Facts of the sound as it is heard: what the container's edit list and the
// codec's priming hide is not counted.
struct AudioFacts {
  std::string codec;           // FFmpeg's name: "aac", "pcm_s16le"
  int32_t sample_rate_hz = 0;  // as decoded
  int32_t channels = 0;
  // Samples heard, per channel, at sample_rate_hz. Exact: the duration of the
  // job is this number and no other.
  int64_t samples = 0;
  // Samples of the analysis copy: ceil(samples * 16000 / sample_rate_hz).
  int64_t pcm_samples = 0;
  // Decoded before the first sample heard (priming), after the last one
  // (padding).
  int64_t leading_samples = 0;
  int64_t trailing_samples = 0;
  // Where the stream starts in its own file. The take starts at its first
  // sample heard; a later start there is reported as a warning.
  int64_t start_us = 0;
  // Its packets go into an MP4 as they are, with exact times. Otherwise it is
  // encoded once, to AAC.
  bool copyable_to_mp4 = false;
  std::vector<std::string> warnings;  // complete sentences, without the name
};

// Hears every sample of a recording while it is analysed.
class SoundTap {
 public:
  virtual ~SoundTap() = default;
  // Before the first sample.
  virtual Status Begin(int32_t sample_rate_hz, int32_t channels) = 0;
  // Interleaved, 1.0 = full scale, a whole number of samples per channel.
  virtual Status Add(std::span<const float> samples) = 0;
};

// Decodes the best audio stream of the file at `path` (sound or film) once and
// writes it as 16 kHz mono signed 16-bit little-endian samples, headerless, to
// `pcm_out_path`. Damaged packets are left out with a warning. Same file ->
// same bytes. Thread-safe. Errors leave no output file:
//   InvalidArgument, with the remedy: unreadable, no sound in it, nothing
//     decodes, longer than max_millis (it is read no further).
//   ResourceExhausted: the disk of pcm_out_path is full.
//   Those of `tap`, which may be null and hears all samples in order.
StatusOr<AudioFacts> AnalyzeAudio(const std::string& path,
                                  const std::string& display_name,
                                  const std::string& pcm_out_path,
                                  int64_t max_millis = kMaxAudioMillis,
                                  SoundTap* tap = nullptr);

}  // namespace longtake::worker
