#pragma once
// The watermark of a film file: parts of it are looked at until one tells.

#include <cstdint>
#include <stop_token>
#include <string>

#include "common/provenance/watermark_key.h"
#include "common/status/status.h"
#include "worker/watermark/detector.h"

namespace longtake::worker {

// Parts of a film that are looked at, spread evenly, each of at most
// kMaxDetectorFrames.
inline constexpr int kMaxFilmParts = 6;

struct FilmWatermark {
  WatermarkDetection detection;  // of the part that tells most
  int64_t frames = 0;            // looked at, over all parts
  int parts = 0;
  double seconds = 0;  // where the part that tells most begins
};

// InvalidArgument, with the remedy: no film. Cancelled: `stop` was requested.
StatusOr<FilmWatermark> FindWatermark(const std::string& path,
                                      const WatermarkKey& key,
                                      std::stop_token stop);

}  // namespace longtake::worker
