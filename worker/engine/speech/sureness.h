#pragma once
// Whether what sounds like a voice is one. Music and machines are taken for
// speech here and there, but never surely: the network then hears many phones
// at once.

#include <vector>

#include "worker/engine/speech/speech_net.h"

namespace longtake::worker {

// Steps on each side of a step that its sureness depends on.
inline constexpr int64_t kSurenessSteps = 32;

// [steps] of 0 to 1: by how much a mouth should follow what is heard. The mean
// over kSurenessSteps to each side, where a voice is heard, of the logarithm of
// the likeliest phone's share among those that are not silence. 1 where no
// voice is heard. Pure.
std::vector<float> SurenessOf(const SpeechNetOutput& heard);

}  // namespace longtake::worker
