#include "worker/engine/audio/speech_features.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace longtake::worker {
namespace {

constexpr double kAbsoluteFloor = 1e-11;  // of a mean square of 1
constexpr double kRelativeFloor = 3.1622776601683794e-6;
constexpr double kScale = 1.0 / 3;

// The means of sliding windows over rows [n, width] by prefix sums.
class SlidingMean {
 public:
  SlidingMean(int64_t rows, int width)
      : width_(width), sums_(static_cast<size_t>((rows + 1) * width)) {}

  // Rows in order. `counted`: false leaves it out.
  void Append(const double* row, bool counted) {
    const size_t at = counts_.size() * static_cast<size_t>(width_);
    for (int c = 0; c < width_; ++c) {
      sums_[at + c] = sums_[at - width_ + c] + (counted ? row[c] : 0);
    }
    counts_.push_back(counts_.back() + counted);
  }
  // Over rows [begin, end), cut to those that there are; 0 where none counts.
  double Of(int64_t begin, int64_t end, int column) const {
    const int64_t last = static_cast<int64_t>(counts_.size()) - 1;
    begin = std::clamp<int64_t>(begin, 0, last);
    end = std::clamp<int64_t>(end, 0, last);
    const int64_t count = counts_[end] - counts_[begin];
    if (count <= 0) return 0;
    return (sums_[end * width_ + column] - sums_[begin * width_ + column]) /
           static_cast<double>(count);
  }

 private:
  const int width_;
  std::vector<double> sums_;
  std::vector<int64_t> counts_ = {0};
};

}  // namespace

std::vector<float> NormaliseMel(std::span<const float> powers, HopRange in,
                                HopRange audio, HopRange out) {
  const int64_t rows = in.size();
  const auto counted = [&](int64_t row) {
    const int64_t hop = in.begin + row;
    return hop >= audio.begin && hop < audio.end;
  };
  SlidingMean level(rows, 1);
  for (int64_t r = 0; r < rows; ++r) {
    double mean = 0;
    for (int b = 0; b < kMelBands; ++b) mean += powers[r * kMelBands + b];
    mean /= kMelBands;
    level.Append(&mean, counted(r));
  }
  std::vector<double> logs(static_cast<size_t>(rows * kMelBands));
  SlidingMean bands(rows, kMelBands);
  for (int64_t r = 0; r < rows; ++r) {
    const double floor =
        kAbsoluteFloor + kRelativeFloor * level.Of(r - kFloorHalfHops,
                                                   r + kFloorHalfHops + 1, 0);
    double* row = logs.data() + r * kMelBands;
    for (int b = 0; b < kMelBands; ++b) {
      row[b] = std::log(powers[r * kMelBands + b] + floor);
    }
    bands.Append(row, counted(r));
  }
  std::vector<float> features;
  features.reserve(static_cast<size_t>(out.size()) * kMelBands);
  for (int64_t hop = out.begin; hop < out.end; ++hop) {
    const int64_t r = hop - in.begin;
    for (int b = 0; b < kMelBands; ++b) {
      features.push_back(static_cast<float>(
          (logs[r * kMelBands + b] -
           bands.Of(r - kMeanHalfHops, r + kMeanHalfHops + 1, b)) *
          kScale));
    }
  }
  return features;
}

}  // namespace longtake::worker
