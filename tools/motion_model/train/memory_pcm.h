#pragma once
// Audio in memory, for analyses that read a job's.

#include <algorithm>
#include <utility>
#include <vector>

#include "worker/engine/engine.h"

namespace longtake::training {

// Thread-safe: immutable.
class MemoryPcm : public worker::PcmReader {
 public:
  explicit MemoryPcm(std::vector<float> samples)
      : samples_(std::move(samples)) {}

  int64_t size_samples() const override {
    return static_cast<int64_t>(samples_.size());
  }
  Status Read(int64_t first, std::span<float> out) const override {
    std::fill(out.begin(), out.end(), 0.f);
    const int64_t begin = std::max<int64_t>(first, 0);
    const int64_t end =
        std::min(first + static_cast<int64_t>(out.size()), size_samples());
    if (begin < end) {
      std::copy(samples_.begin() + begin, samples_.begin() + end,
                out.begin() + (begin - first));
    }
    return OkStatus();
  }

 private:
  const std::vector<float> samples_;
};

}  // namespace longtake::training
