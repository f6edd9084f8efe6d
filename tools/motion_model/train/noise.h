#pragma once
// Sound that nobody speaks: hiss, hum, tones, machines, knocks and music, made
// here. The network learns to keep the mouth still under it.

#include <string_view>
#include <vector>

#include "tools/motion_model/train/random.h"

namespace longtake::training {

enum class NoiseKind {
  kHiss,     // white to brown, steady or swelling
  kHum,      // mains or a fan: harmonics of a low tone
  kTones,    // beeps, sweeps, dialling
  kKnocks,   // clicks, keys, footsteps
  kMusic,    // chords, melody and drums
  kMachine,  // hum, hiss and rattle together
};
inline constexpr int kNoiseKinds = 6;
std::string_view NoiseName(NoiseKind kind);

// `seconds` of it at 16 kHz, root mean square 0.1.
std::vector<float> MakeNoise(NoiseKind kind, double seconds, Random& random);

}  // namespace longtake::training
