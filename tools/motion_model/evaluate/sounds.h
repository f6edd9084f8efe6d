#pragma once
// What the evaluation listens to besides recordings as they are.

#include <cstdint>
#include <string>
#include <vector>

#include "common/status/status.h"

namespace longtake::evaluation {

// A sound file at 16 kHz, one channel. `scratch`: path of a file it may write.
StatusOr<std::vector<float>> ReadSound(const std::string& path,
                                       const std::string& scratch);

// As over a telephone: 300-3400 Hz (a windowed sinc of 30 ms), 8 kHz, mu-law
// (ITU-T G.711).
std::vector<float> Telephone(const std::vector<float>& samples);

// Sound that nobody speaks, 20 s of each kind, by name: white and pink noise, a
// hum of 50 Hz, tones. Made otherwise than the trainer's.
struct NamedSound {
  std::string name;
  std::vector<float> samples;
};
std::vector<NamedSound> NonSpeech(uint64_t seed);

}  // namespace longtake::evaluation
