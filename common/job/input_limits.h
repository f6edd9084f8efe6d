#pragma once
// What a job's inputs may be at most, before any work is done on them. A farm's
// are in its configuration (`limits:`), a render's are given by --limit. Plain
// values and pure functions.

#include <cstdint>
#include <string>

#include "common/job/job.h"
#include "common/status/status.h"

namespace longtake {

inline constexpr int64_t kDefaultPortraitPixels = 64'000'000;
inline constexpr int64_t kMaxPortraitPixels = 400'000'000;
inline constexpr int kDefaultPortraitFaces = 16;
inline constexpr int64_t kMaxSoundSeconds = int64_t{24} * 3600;

// Configuration can't raise these beyond the kMax constants of job.h and above.
struct InputLimits {
  int64_t portrait_bytes = kMaxPortraitBytes;
  int64_t portrait_pixels = kDefaultPortraitPixels;
  int portrait_faces = kDefaultPortraitFaces;
  int64_t audio_bytes = kMaxAudioBytes;
  int64_t motion_bytes = kMaxMotionBytes;
  int64_t guide_bytes = kMaxGuideBytes;  // of each
  int frame_side = kMaxOutputPixels;     // the output's longer, pixels
  friend bool operator==(const InputLimits&, const InputLimits&) = default;
};

// What the tasks that look at inputs refuse; 0 = the worker's own limit.
struct AnalysisLimits {
  int64_t audio_millis = 0;
  int64_t portrait_pixels = 0;
  int portrait_faces = 0;
};

// "64000000" pixels as "64 megapixels", rounded up to a tenth.
std::string MegapixelsText(int64_t pixels);

// One file by its size; `role` is "portrait", "audio", "motion" or a guide's.
// InvalidArgument names role, file, size, limit and what to do.
Status CheckInputSize(const std::string& role, const std::string& name,
                      int64_t size_bytes, const InputLimits& limits);

// Sizes of all files, and the frame's. What only decoding tells (pixels, faces,
// seconds) is the analyses' to refuse.
Status CheckInputLimits(const JobSpec& spec, const InputLimits& limits);

}  // namespace longtake
