#pragma once
// The raw acoustics of a job on one absolute grid: hop h is centred on sample
// 160 h of the 16 kHz audio (10 ms apart) and reads the 512 samples
// [160 h - 256, 160 h + 256). Every hop is computed by itself, so a hop has the
// same bits whatever range it is asked in.

#include <cstdint>
#include <vector>

#include "common/status/status.h"
#include "worker/engine/engine.h"

namespace longtake::worker {

inline constexpr int64_t kHopSamples = 160;
inline constexpr int64_t kHopsPerSecond = kAnalysisSampleRateHz / kHopSamples;
// Samples on each side of a hop's centre that its value depends on.
inline constexpr int64_t kHopReachSamples = 256;

// [begin, end) in hops; may be negative or lie past the end of the audio.
struct HopRange {
  int64_t begin = 0;
  int64_t end = 0;
  int64_t size() const { return end > begin ? end - begin : 0; }
};

// Decibels relative to a mean square of 1, floored at kSilenceDb.
inline constexpr float kSilenceDb = -100.f;

struct HopSpectrum {
  float speech_db = kSilenceDb;  // 150..4500 Hz
  float high_db = kSilenceDb;    // 4500..8000 Hz: fricatives
  float upper_db = kSilenceDb;   // 600..3500 Hz: gone where the mouth is shut
  float full_db = kSilenceDb;    // all but DC: loudness for cut points
  // Differences of bands, decibels. An open vowel has its first formant high
  // (550..1100 over 180..480 Hz); a front vowel its second (1600..3000 over
  // 600..1300 Hz).
  float openness_db = 0;
  float frontness_db = 0;
};

// Floor division: hops and samples before 0 are legal.
constexpr int64_t FloorDiv(int64_t a, int64_t b) {
  return a / b - (a % b != 0 && (a < 0) != (b < 0));
}

// The hops of `range`, in order. Reads the audio in pieces; memory is the
// result plus a constant. Samples that are not finite count as 0. Errors are
// the reader's.
StatusOr<std::vector<HopSpectrum>> AnalyzeHops(const PcmReader& pcm,
                                               HopRange range);

}  // namespace longtake::worker
