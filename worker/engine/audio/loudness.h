#pragma once
// Loudness of each video frame, coarse and small: what the planner needs to cut
// a job where nothing is said.

#include <cstdint>
#include <vector>

#include "common/media_time/media_time.h"
#include "common/status/status.h"
#include "worker/engine/engine.h"

namespace longtake::worker {

// One step of the result is kLoudnessStepDb; 0 is kSilenceDb (-100 dB) or less.
inline constexpr float kLoudnessStepDb = 0.5f;

// (*out)[i] is frame range.begin + i: the loudest 32 ms of the frame, decibels
// of mean square, quantised. A frame depends on the samples of its own time
// plus kHopReachSamples + kHopSamples on each side. Memory: a byte a frame plus
// a constant. Errors are the reader's.
Status ComputeLoudness(const PcmReader& pcm, FrameRate rate, FrameRange range,
                       std::vector<uint8_t>* out);

}  // namespace longtake::worker
