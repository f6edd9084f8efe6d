#include "worker/engine/identity/resample.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace longtake::worker {
namespace {

constexpr double kBlurBelowScale = 0.7;
constexpr double kBlurSigma = 0.4;  // over the scale, in input pixels
constexpr double kBlurReach = 4;    // in sigmas
constexpr double kCubicA = -0.75;

double Cubic(double x) {
  x = std::abs(x);
  if (x >= 2) return 0;
  if (x >= 1) return kCubicA * (((x - 5) * x + 8) * x - 4);
  return ((kCubicA + 2) * x - (kCubicA + 3)) * x * x + 1;
}

// The input pixels, from `first` on, that one output pixel mixes along an axis.
struct Taps {
  int first = 0;
  std::vector<float> weights;
};

// Blur and interpolation in one: both are linear, and their product along one
// axis is a list of weights for each output pixel.
std::vector<Taps> MakeTaps(int in_size, int out_size, double scale,
                           double shift) {
  std::vector<double> blur = {1};
  int reach = 0;
  if (scale < kBlurBelowScale) {
    const double sigma = kBlurSigma / scale;
    reach = static_cast<int>(std::ceil(kBlurReach * sigma));
    blur.resize(static_cast<size_t>(2 * reach + 1));
    for (int i = -reach; i <= reach; ++i) {
      blur[static_cast<size_t>(i + reach)] =
          std::exp(-0.5 * i * i / (sigma * sigma));
    }
  }
  std::vector<Taps> all(static_cast<size_t>(out_size));
  for (int i = 0; i < out_size; ++i) {
    const double at = (i - shift) / scale;
    const int base = static_cast<int>(std::floor(at));
    const int begin = base - 1 - reach, end = base + 3 + reach;
    const int lo = std::clamp(begin, 0, in_size - 1);
    const int hi = std::clamp(end - 1, 0, in_size - 1);
    std::vector<double> weights(static_cast<size_t>(hi - lo + 1));
    double sum = 0;
    for (int tap = base - 1; tap < base + 3; ++tap) {
      for (int b = -reach; b <= reach; ++b) {
        const double w = Cubic(at - tap) * blur[static_cast<size_t>(b + reach)];
        const int source = std::clamp(tap + b, 0, in_size - 1);
        weights[static_cast<size_t>(source - lo)] += w;
        sum += w;
      }
    }
    Taps& taps = all[static_cast<size_t>(i)];
    taps.first = lo;
    for (double w : weights) {
      taps.weights.push_back(static_cast<float>(w / sum));
    }
  }
  return all;
}

}  // namespace

Image ScaleAndShift(const Image& in, double scale, double shift_x,
                    double shift_y, int width, int height) {
  const std::vector<Taps> columns = MakeTaps(in.width, width, scale, shift_x);
  const std::vector<Taps> rows = MakeTaps(in.height, height, scale, shift_y);
  int first_row = in.height, last_row = -1;
  for (const Taps& taps : rows) {
    first_row = std::min(first_row, taps.first);
    last_row = std::max(last_row,
                        taps.first + static_cast<int>(taps.weights.size()) - 1);
  }

  const size_t stride = static_cast<size_t>(width) * 3;
  std::vector<float> across(
      static_cast<size_t>(std::max(0, last_row - first_row + 1)) * stride);
  float* to = across.data();
  for (int y = first_row; y <= last_row; ++y) {
    const uint8_t* line = in.rgb.data() + static_cast<size_t>(y) *
                                              static_cast<size_t>(in.width) * 3;
    for (const Taps& taps : columns) {
      const uint8_t* from = line + static_cast<size_t>(taps.first) * 3;
      float r = 0, g = 0, b = 0;
      for (float w : taps.weights) {
        r += w * from[0];
        g += w * from[1];
        b += w * from[2];
        from += 3;
      }
      *to++ = r;
      *to++ = g;
      *to++ = b;
    }
  }

  Image out(width, height);
  std::vector<float> mixed(stride);
  uint8_t* pixel = out.rgb.data();
  for (const Taps& taps : rows) {
    std::fill(mixed.begin(), mixed.end(), 0.f);
    const float* from =
        across.data() + static_cast<size_t>(taps.first - first_row) * stride;
    for (float w : taps.weights) {
      for (size_t i = 0; i < stride; ++i) mixed[i] += w * from[i];
      from += stride;
    }
    for (float v : mixed) {
      *pixel++ = static_cast<uint8_t>(std::clamp(v + 0.5f, 0.f, 255.f));
    }
  }
  return out;
}

}  // namespace longtake::worker
