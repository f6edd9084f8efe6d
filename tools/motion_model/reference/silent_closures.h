#pragma once
// The silence of a stop consonant after a pause can't be told from the pause.

#include <span>
#include <vector>

#include "tools/motion_model/reference/aligner.h"

namespace longtake::reference {

// Frames of closure that a stop keeps before its burst where a pause precedes
// it: 60 ms, a usual closure between vowels.
inline constexpr int kUsualClosureFrames = 12;
// A silence longer than this (150 ms) inside speech is a pause, too.
inline constexpr int kLongestClosureFrames = 30;

// Gives the silence that a stop or affricate begins with, but for
// kUsualClosureFrames, to the pause before it, or to a new one where none was
// found. A stop between other phones keeps up to kLongestClosureFrames.
// `loudness_db`: frame by frame, see SoundFrames.
void ShareOutSilence(std::span<const float> loudness_db,
                     std::vector<TimedPhone>* phones);

}  // namespace longtake::reference
