#include "worker/quality/colour_figures.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace longtake::worker {
namespace {

constexpr int kStride = 4;
constexpr size_t kCubeRoots = 4096;

// IEC 61966-2-1.
double LinearOf(int code) {
  const double v = code / 255.0;
  return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
}

// CIE 15: f(t) of L*a*b*.
double Bent(double t) {
  constexpr double kSmall = 216.0 / 24389, kSlope = 24389.0 / 27;
  return t > kSmall ? std::cbrt(t) : (kSlope * t + 16) / 116;
}

struct Tables {
  std::array<float, 256> linear;
  std::array<float, kCubeRoots + 1> bent;

  Tables() {
    for (size_t i = 0; i < linear.size(); ++i) {
      linear[i] = static_cast<float>(LinearOf(static_cast<int>(i)));
    }
    for (size_t i = 0; i < bent.size(); ++i) {
      bent[i] = static_cast<float>(Bent(static_cast<double>(i) / kCubeRoots));
    }
  }
  float BentOf(float t) const {
    const float at = std::clamp(t, 0.f, 1.f) * kCubeRoots;
    const size_t lo = std::min(static_cast<size_t>(at), kCubeRoots - 1);
    return bent[lo] + (at - static_cast<float>(lo)) * (bent[lo + 1] - bent[lo]);
  }
};

double MedianOf(const std::vector<ColourSample>& samples, double Lab::*part) {
  std::vector<double> values;
  for (const ColourSample& s : samples) values.push_back(s.lab.*part);
  const auto middle =
      values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

Lab MeanOf(const std::vector<ColourSample>& samples, size_t begin, size_t end) {
  Lab mean;
  const double n = static_cast<double>(end - begin);
  for (size_t i = begin; i < end; ++i) {
    mean.l += samples[i].lab.l / n;
    mean.a += samples[i].lab.a / n;
    mean.b += samples[i].lab.b / n;
  }
  return mean;
}

}  // namespace

Lab MeanLab(const Image& image) {
  static const Tables tables;
  Lab sum;
  int64_t count = 0;
  for (int y = 0; y < image.height; y += kStride) {
    for (int x = 0; x < image.width; x += kStride) {
      const uint8_t* p = &image.rgb[3 * (static_cast<size_t>(y) *
                                             static_cast<size_t>(image.width) +
                                         static_cast<size_t>(x))];
      const float r = tables.linear[p[0]], g = tables.linear[p[1]],
                  b = tables.linear[p[2]];
      // Over the white point, so that white is 1, 1, 1.
      const float fx =
          tables.BentOf(0.433953f * r + 0.376219f * g + 0.189828f * b);
      const float fy =
          tables.BentOf(0.212673f * r + 0.715152f * g + 0.072175f * b);
      const float fz =
          tables.BentOf(0.017758f * r + 0.109477f * g + 0.872765f * b);
      sum.l += static_cast<double>(116 * fy - 16);
      sum.a += static_cast<double>(500 * (fx - fy));
      sum.b += static_cast<double>(200 * (fy - fz));
      ++count;
    }
  }
  if (count == 0) return {};
  const double n = static_cast<double>(count);
  return {sum.l / n, sum.a / n, sum.b / n};
}

double DeltaE(const Lab& a, const Lab& b) {
  return std::hypot(a.l - b.l, a.a - b.a, a.b - b.b);
}

std::optional<ColourFigures> MeasureColour(
    const std::vector<ColourSample>& samples) {
  if (samples.empty()) return std::nullopt;
  ColourFigures figures;
  figures.median = {MedianOf(samples, &Lab::l), MedianOf(samples, &Lab::a),
                    MedianOf(samples, &Lab::b)};
  figures.worst_seconds = samples.front().seconds;
  for (const ColourSample& sample : samples) {
    const double delta = DeltaE(sample.lab, figures.median);
    figures.points.push_back({sample.seconds, sample.lab, delta});
    if (delta > figures.delta_e_max) {
      figures.delta_e_max = delta;
      figures.worst_seconds = sample.seconds;
    }
  }
  const size_t fifth = std::max<size_t>(1, samples.size() / 5);
  figures.drift_delta_e =
      DeltaE(MeanOf(samples, 0, fifth),
             MeanOf(samples, samples.size() - fifth, samples.size()));
  return figures;
}

}  // namespace longtake::worker
