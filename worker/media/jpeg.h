#pragma once
// Pictures as JPEG files in memory.

#include <string>

#include "common/status/status.h"
#include "worker/engine/image.h"

namespace longtake::worker {

// Quantiser scales of FFmpeg's encoder: the best, and one at which a small
// picture shows nothing of it.
inline constexpr int kBestJpegScale = 1;
inline constexpr int kDefaultJpegScale = 4;
inline constexpr int kWorstJpegScale = 31;

// The bytes of a baseline JPEG (4:2:0). The same image gives the same bytes.
// InvalidArgument: an empty image, or a scale out of range. Thread-safe.
StatusOr<std::string> EncodeJpeg(const Image& image,
                                 int scale = kDefaultJpegScale);

}  // namespace longtake::worker
