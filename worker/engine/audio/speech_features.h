#pragma once
// Mel powers made comparable: whatever the level and the channel, the speech
// network sees the same voice alike. A floor and a mean for each band, both
// over a sliding neighbourhood, so that an edit of the audio reaches no
// further.

#include <cstdint>
#include <span>
#include <vector>

#include "worker/engine/audio/mel_spectrum.h"

namespace longtake::worker {

// Hops on each side that the floor and the band means look at.
inline constexpr int64_t kFloorHalfHops = 100;
inline constexpr int64_t kMeanHalfHops = 200;
// Hops on each side of a hop that its features depend on.
inline constexpr int64_t kNormaliseReachHops = kFloorHalfHops + kMeanHalfHops;

// Features [out.size(), 80] of the hops `out` from powers [in.size(), 80] of
// the hops `in`. Hops outside `audio` (those centred on no sample of the job)
// and outside `in` are left out of floors and means. For equal values whatever
// the range, `in` must be a fixed function of `out` that covers
// kNormaliseReachHops on both sides: sums run from the first hop of `in`.
//   feature = (log(power + floor) - mean over +-2 s) / 3
//   floor = 1e-11 + 10^-5.5 of the mean power over +-1 s
std::vector<float> NormaliseMel(std::span<const float> powers, HopRange in,
                                HopRange audio, HopRange out);

}  // namespace longtake::worker
