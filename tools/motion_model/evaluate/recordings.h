#pragma once
// Recordings with known phones, and the motion that a model gives them.

#include <cstdint>
#include <string>
#include <vector>

#include "common/media_time/media_time.h"
#include "common/status/status.h"
#include "worker/engine/motion/fine_motion.h"
#include "worker/engine/phonetics/mouth_curves.h"
#include "worker/engine/phonetics/phone_segments.h"

namespace longtake::evaluation {

struct Recording {
  std::string audio;   // path
  std::string phones;  // path
};

// Pairs NAME.wav with NAME.phones in `directory`, by name. Where it has an
// alignment.tsv with a column `use`, recordings marked 0 are left out.
// `limit` > 0: that many of them, evenly spread.
StatusOr<std::vector<Recording>> ListRecordings(const std::string& directory,
                                                int64_t limit);

// The whole production path: key motions, windows, rules. One curve row a
// frame.
StatusOr<std::vector<worker::MouthCurves>> MouthOf(
    const worker::FineMotionModel& model, const worker::PcmReader& pcm,
    FrameRate rate, uint64_t seed);

}  // namespace longtake::evaluation
