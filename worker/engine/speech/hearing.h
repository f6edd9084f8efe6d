#pragma once
// What the speech network hears anywhere in a recording.

#include <cstdint>

#include "common/status/status.h"
#include "worker/engine/audio/hop_spectrum.h"
#include "worker/engine/engine.h"
#include "worker/engine/speech/speech_net.h"

namespace longtake::worker {

// The steps of a recording, the last one whole or in part.
constexpr int64_t StepsOf(int64_t samples) {
  return ((samples + kHopSamples - 1) / kHopSamples + 1) / kHopsPerStep;
}

// When what is heard at a step is said, seconds from the recording's start: the
// network is ahead of speech by kHearingDelaySamples.
constexpr double StepSeconds(int64_t step) {
  return (static_cast<double>(kHopsPerStep * step) + 0.5) /
             static_cast<double>(kHopsPerSecond) +
         static_cast<double>(kHearingDelaySamples) / kAnalysisSampleRateHz;
}

// Steps [begin, end), heard with all their surroundings: the same values
// whatever the range, on one numerics class, for ranges that begin alike.
// Without the hidden channels.
// Memory: 40 kB a second. Errors are the reader's.
StatusOr<SpeechNetOutput> ListenTo(const SpeechNet& net, const PcmReader& pcm,
                                   int64_t begin, int64_t end);

}  // namespace longtake::worker
