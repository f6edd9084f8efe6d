#pragma once
// The pitch of a voice over time, one value a hop (10 ms): the normalised
// autocorrelation of Boersma, "Accurate short-term analysis of the fundamental
// frequency" (1993), at 4 kHz. Any hop has the same bits whatever range it is
// asked in.

#include <vector>

#include "common/status/status.h"
#include "worker/engine/audio/hop_spectrum.h"
#include "worker/engine/engine.h"

namespace longtake::worker {

// Speaking voices, a child's raised one included.
inline constexpr double kLowestPitchHz = 65, kHighestPitchHz = 450;

struct PitchHop {
  float octaves = 0;  // log2(Hz / 100); 0 where nothing is voiced
  float voiced = 0;   // 0..1: how periodic the sound is
};

// Samples on each side of a hop's centre that its pitch depends on.
inline constexpr int64_t kPitchReachSamples = 480;

// The hops of `range`, in order. About 1 ms of processor time a second.
// Errors are the reader's.
StatusOr<std::vector<PitchHop>> TrackPitch(const PcmReader& pcm,
                                           HopRange range);

}  // namespace longtake::worker
