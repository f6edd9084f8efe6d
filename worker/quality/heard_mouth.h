#pragma once
// What the speech network's outputs say about the mouth.

#include <cstdint>

#include "worker/engine/speech/speech_net.h"
#include "worker/quality/lip_sync.h"

namespace longtake::worker {

// At step k of `out`. `seconds` is the caller's to tell: 0 here.
HeardMouth HeardAtStep(const SpeechNetOutput& out, int64_t k);

}  // namespace longtake::worker
