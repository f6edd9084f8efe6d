#pragma once
// Whether a recording is fit to speak from: silence, hardly audible, clipped.

#include <string>
#include <vector>

#include "common/status/status.h"
#include "worker/engine/engine.h"

namespace longtake::worker {

// Complete sentences that begin with `audio_name`; empty when nothing is wrong.
// One pass, constant memory. Errors are the reader's.
StatusOr<std::vector<std::string>> WarnAboutLevels(
    const PcmReader& pcm, const std::string& audio_name);

}  // namespace longtake::worker
