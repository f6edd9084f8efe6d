#include "worker/engine/motion/philox.h"

#include <cmath>
#include <numbers>

namespace longtake::worker {
namespace {

double ToUnit(uint32_t bits) { return (bits + 0.5) * 0x1p-32; }

}  // namespace

std::array<uint32_t, 4> Philox4x32(std::array<uint32_t, 4> counter,
                                   std::array<uint32_t, 2> key) {
  constexpr int kRounds = 10;
  for (int round = 0; round < kRounds; ++round) {
    const uint64_t a = uint64_t{0xD2511F53} * counter[0];
    const uint64_t b = uint64_t{0xCD9E8D57} * counter[2];
    counter = {static_cast<uint32_t>(b >> 32) ^ counter[1] ^ key[0],
               static_cast<uint32_t>(b),
               static_cast<uint32_t>(a >> 32) ^ counter[3] ^ key[1],
               static_cast<uint32_t>(a)};
    key[0] += 0x9E3779B9;
    key[1] += 0xBB67AE85;
  }
  return counter;
}

std::array<uint32_t, 4> KeyedRandom::Block(int64_t index, uint32_t lane) const {
  const uint64_t i = static_cast<uint64_t>(index);
  return Philox4x32(
      {static_cast<uint32_t>(i), static_cast<uint32_t>(i >> 32), purpose_,
       lane},
      {static_cast<uint32_t>(seed_), static_cast<uint32_t>(seed_ >> 32)});
}

double KeyedRandom::Uniform(int64_t index, uint32_t lane) const {
  return ToUnit(Block(index, lane)[0]);
}

double KeyedRandom::Normal(int64_t index, uint32_t lane) const {
  const std::array<uint32_t, 4> bits = Block(index, lane);
  return std::sqrt(-2 * std::log(ToUnit(bits[0]))) *
         std::cos(2 * std::numbers::pi * ToUnit(bits[1]));
}

}  // namespace longtake::worker
