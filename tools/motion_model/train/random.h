#pragma once
// Draws of the trainer: one engine, ranges written as they are read.

#include <cstdint>
#include <random>

namespace longtake::training {

// One thread only. Equal seeds give equal draws on one C++ library.
class Random {
 public:
  explicit Random(uint64_t seed) : engine_(seed) {}

  double Uniform(double low, double high) {
    return std::uniform_real_distribution<double>(low, high)(engine_);
  }
  // [0, count)
  int64_t Index(int64_t count) {
    return std::uniform_int_distribution<int64_t>(0, count - 1)(engine_);
  }
  bool Chance(double probability) { return Uniform(0, 1) < probability; }
  double Normal() { return std::normal_distribution<double>()(engine_); }
  std::mt19937_64& engine() { return engine_; }

 private:
  std::mt19937_64 engine_;
};

}  // namespace longtake::training
