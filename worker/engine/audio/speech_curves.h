#pragma once
// Speech as curves over time, one value a hop (10 ms), all dimensionless. Any
// hop has the same bits whatever range it is asked in: its value depends on the
// audio within kCurveReachSamples of its centre only.

#include <cstdint>
#include <vector>

#include "common/status/status.h"
#include "worker/engine/audio/hop_spectrum.h"
#include "worker/engine/audio/speech_level.h"

namespace longtake::worker {

struct SpeechHop {
  float loudness = 0;   // 0 quiet .. 1 loud, relative to the surroundings
  float openness = 0;   // -1 close vowel (i, u) .. 1 open vowel (a)
  float frontness = 0;  // -1 back or rounded (o, u) .. 1 front (i, e)
  float fricative = 0;  // 0..1: s, sh, f
  float closure = 0;    // 0..1: a short dip like that of p, b, m
  float silence = 0;    // 0..1: nothing is said for 120 ms either way
};

// Hops of neighbourhood that closure and silence look at.
inline constexpr int64_t kCurveMarginHops = 12;
// Samples on each side of a hop's centre that its SpeechHop depends on. The
// level grid adds one stride: a hop leans on the points before and after it.
inline constexpr int64_t kCurveReachSamples =
    (kCurveMarginHops + kLevelStrideHops + kLevelHalfWindowHops) * kHopSamples +
    kHopReachSamples;

struct SpeechCurves {
  int64_t begin = 0;  // hop of values[0]
  std::vector<SpeechHop> values;

  const SpeechHop& at(int64_t hop) const {
    return values[static_cast<size_t>(hop - begin)];
  }
};

// The curves of `range`. Memory: the range plus a constant. Errors are the
// reader's.
StatusOr<SpeechCurves> AnalyzeSpeech(const PcmReader& pcm, HopRange range);

}  // namespace longtake::worker
