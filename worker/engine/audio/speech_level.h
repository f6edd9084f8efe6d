#pragma once
// What counts as quiet and as loud around a moment: the sliding reference that
// makes whispered and shouted speech move the mouth alike. Points lie on an
// absolute grid of 100 ms; each sees the hops within +-2.2 s of it and nothing
// else, so an edit of the audio reaches no further.

#include <cstdint>
#include <span>
#include <vector>

#include "worker/engine/audio/hop_spectrum.h"

namespace longtake::worker {

inline constexpr int64_t kLevelStrideHops = 10;
inline constexpr int64_t kLevelHalfWindowHops = 220;

struct SpeechLevel {
  // Speech band: 0 and 1 of the loudness scale, decibels. At least
  // kMinLevelRangeDb apart, so that steady noise or hum stays near 0; at most
  // kMaxLevelRangeDb, so that digital silence doesn't flatten the vowels.
  float quiet_db = 0;
  float loud_db = 0;
  float high_floor_db = 0;  // noise floor above 4500 Hz
  // Loudness-weighted means over the window's speech, decibels.
  float openness_mean_db = 0;
  float frontness_mean_db = 0;
};

inline constexpr float kMinLevelRangeDb = 14.f;
inline constexpr float kMaxLevelRangeDb = 32.f;
// Speech quieter than this is taken for silence.
inline constexpr float kInaudibleDb = -82.f;

// Levels at the grid points [first_point, first_point + count): point p is hop
// p * kLevelStrideHops. `hops` starts at hop `hops_begin` and must cover the
// half window around every point. Hops centred outside [0, audio_hops) are
// left out of the statistics (audio_hops: hops centred inside the audio).
std::vector<SpeechLevel> ComputeSpeechLevels(std::span<const HopSpectrum> hops,
                                             int64_t hops_begin,
                                             int64_t audio_hops,
                                             int64_t first_point,
                                             int64_t count);

// The level at a hop between points a and b = a + 1, linearly.
SpeechLevel InterpolateLevel(const SpeechLevel& a, const SpeechLevel& b,
                             float fraction);

}  // namespace longtake::worker
