#pragma once

#include <span>
#include <vector>

namespace longtake::reference {

// Band-limited resampling with a Hann-windowed sinc of 16 zero crossings a side
// at the lower of the two rates. floor(size * to / from) samples.
std::vector<float> Resample(std::span<const float> samples, int from_hz,
                            int to_hz);

}  // namespace longtake::reference
