#pragma once
// Counter-based randomness: a number is a pure function of (job seed, purpose,
// absolute index), so any worker draws it without having drawn the ones before.
// Philox4x32-10 of Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as
// easy as 1, 2, 3" (SC 2011); tested against Random123's published vectors.

#include <array>
#include <cstdint>

namespace longtake::worker {

std::array<uint32_t, 4> Philox4x32(std::array<uint32_t, 4> counter,
                                   std::array<uint32_t, 2> key);

// What a number is for; part of the counter, so that purposes never share
// numbers. Values are part of the engine's version: append only.
enum class RandomPurpose : uint32_t {
  kFrameNoise = 1,
  kHeadYaw = 2,
  kHeadPitch = 3,
  kHeadRoll = 4,
  kNodGain = 5,
  kBrowGain = 6,
  kBlink = 7,
  kGlance = 8,
  kFixation = 9,
  kGlanceBlink = 10,
  kMouthCodebook = 11,
  kMouthDiffusion = 12,
};

// Immutable, thread-safe, cheap to copy.
class KeyedRandom {
 public:
  KeyedRandom(uint64_t seed, RandomPurpose purpose)
      : seed_(seed), purpose_(static_cast<uint32_t>(purpose)) {}

  // Uniform in (0, 1), 2^-33 away from both ends at least. `lane` tells apart
  // several numbers of one index.
  double Uniform(int64_t index, uint32_t lane = 0) const;
  // Standard normal (Box and Muller 1958).
  double Normal(int64_t index, uint32_t lane = 0) const;

 private:
  std::array<uint32_t, 4> Block(int64_t index, uint32_t lane) const;

  uint64_t seed_;
  uint32_t purpose_;
};

}  // namespace longtake::worker
