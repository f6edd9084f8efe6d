#pragma once
// Mel-frequency cepstra of speech, 200 frames a second, for telling phones
// apart within the recordings of one speaker (Davis and Mermelstein 1980).

#include <array>
#include <span>
#include <vector>

namespace longtake::reference {

inline constexpr int kSampleRateHz = 16000;
inline constexpr int kHopSamples = 80;
inline constexpr double kHopSeconds =
    static_cast<double>(kHopSamples) / kSampleRateHz;
inline constexpr int kCepstra = 13;
// Cepstra, their slope and the slope's slope.
inline constexpr int kFeatures = 3 * kCepstra;

using Cepstrum = std::array<float, kCepstra>;
using Feature = std::array<float, kFeatures>;

// Frame i is centred on sample 80 i + 40, so a boundary between frames i-1 and
// i lies at 80 i samples = 5 i ms.
struct SoundFrames {
  // Of band powers relative to the sound's loud level (the 95th percentile of
  // its frames' power), with noise 55 dB below it that hides exact silence.
  std::vector<Cepstrum> cepstra;
  // How far above the loud level.
  std::vector<float> loudness_db;
};

// One frame for each whole hop of `samples`, which are mono at 16 kHz.
SoundFrames Analyze(std::span<const float> samples);

// Mean and deviation of each coefficient over the frames that are louder than
// -35 dB, for all sounds of one speaker together.
struct Scale {
  Cepstrum mean{};
  Cepstrum deviation{};
};
Scale MeasureScale(std::span<const SoundFrames> sounds);

// Scaled cepstra with slopes over +-20 ms and the slopes' slopes.
std::vector<Feature> Features(const std::vector<Cepstrum>& cepstra,
                              const Scale& scale);

}  // namespace longtake::reference
