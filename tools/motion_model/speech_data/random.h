#pragma once
// Repeatable random choices: what a generator yields depends on its key alone,
// on every machine. One thread only.

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace longtake::speech_data {

class Random {
 public:
  explicit Random(std::string_view key) : state_(kFnvOffset) {
    for (const char c : key) {
      state_ = (state_ ^ static_cast<unsigned char>(c)) * kFnvPrime;
    }
  }

  // SplitMix64 (Steele, Lea, Flood 2014).
  uint64_t Next() {
    uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }
  // In [0, n); n > 0.
  size_t Below(size_t n) { return static_cast<size_t>(Next() % n); }
  // In [low, high].
  int Between(int low, int high) {
    return low + static_cast<int>(Below(static_cast<size_t>(high - low + 1)));
  }
  // In [low, high).
  double Uniform(double low, double high) {
    return low + (high - low) * static_cast<double>(Next() >> 11) * 0x1p-53;
  }
  bool Chance(double probability) { return Uniform(0, 1) < probability; }
  template <typename T>
  const T& Pick(const std::vector<T>& items) {
    return items[Below(items.size())];
  }

 private:
  static constexpr uint64_t kFnvOffset = 0xcbf29ce484222325ULL;
  static constexpr uint64_t kFnvPrime = 0x100000001b3ULL;
  uint64_t state_;
};

}  // namespace longtake::speech_data
