#pragma once
// Mel spectrum of a job's audio on the grid of hops (hop_spectrum.h): what the
// speech network hears. Every hop is computed by itself, so it has the same
// bits whatever range it is asked in.

#include <vector>

#include "common/status/status.h"
#include "worker/engine/audio/hop_spectrum.h"

namespace longtake::worker {

inline constexpr int kMelBands = 80;
inline constexpr double kMelLowHz = 60, kMelHighHz = 7600;
// 25 ms Hann window.
inline constexpr int kMelWindowSamples = 400;

// Powers [range.size(), 80], row by row: triangles of area 1 Hz-bin each,
// evenly spaced on the mel scale 2595 log10(1 + f / 700) (O'Shaughnessy 1987),
// over the power spectrum of power_spectrum.h. Samples outside the audio are 0.
// Memory: the result plus a constant. Errors are the reader's.
StatusOr<std::vector<float>> ComputeMelPowers(const PcmReader& pcm,
                                              HopRange range);

}  // namespace longtake::worker
