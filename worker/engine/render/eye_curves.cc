#include "worker/engine/render/eye_curves.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "worker/engine/render/smooth_step.h"

namespace longtake::worker {
namespace {

// The closed line is designed on this many samples over +-1.3 half widths.
constexpr int kWide = 131;
constexpr float kWideReach = 1.3f;

// Gaussian of `sigma` samples, cut at four sigmas, borders mirrored.
std::vector<float> Smooth(const std::vector<float>& in, double sigma) {
  const int radius = static_cast<int>(4 * sigma + 0.5);
  const int n = static_cast<int>(in.size());
  std::vector<double> tap(radius + 1);
  double total = 0;
  for (int i = 0; i <= radius; ++i) {
    tap[i] = std::exp(-0.5 * i * i / (sigma * sigma));
    total += i == 0 ? tap[i] : 2 * tap[i];
  }
  const auto mirrored = [&](int i) {
    while (i < 0 || i >= n) i = i < 0 ? -1 - i : 2 * n - 1 - i;
    return static_cast<double>(in[i]);
  };
  std::vector<float> out(n);
  for (int i = 0; i < n; ++i) {
    double sum = tap[0] * in[i];
    for (int k = 1; k <= radius; ++k) {
      sum += tap[k] * (mirrored(i - k) + mirrored(i + k));
    }
    out[i] = static_cast<float>(sum / total);
  }
  return out;
}

// Linear through (x[i], y[i]), ends clamped; x ascending.
float Interpolate(const std::vector<float>& x, const std::vector<float>& y,
                  float at) {
  if (at <= x.front()) return y.front();
  if (at >= x.back()) return y.back();
  const size_t i = std::upper_bound(x.begin(), x.end(), at) - x.begin();
  const float f = (at - x[i - 1]) / (x[i] - x[i - 1]);
  return y[i - 1] * (1 - f) + y[i] * f;
}

// Weighted least-squares parabola (weights multiply residuals), evaluated back
// at x. Normal equations by Cramer: three unknowns, abscissae within +-0.3.
std::vector<float> FitParabola(const std::vector<float>& x,
                               const std::vector<float>& y,
                               const std::vector<float>& weight) {
  std::array<double, 5> s{};
  std::array<double, 3> b{};
  for (size_t i = 0; i < x.size(); ++i) {
    double term = static_cast<double>(weight[i]) * weight[i];
    for (int k = 0; k < 5; ++k, term *= x[i]) {
      s[k] += term;
      if (k < 3) b[k] += term * y[i];
    }
  }
  const auto det = [](const std::array<double, 9>& m) {
    return m[0] * (m[4] * m[8] - m[5] * m[7]) -
           m[1] * (m[3] * m[8] - m[5] * m[6]) +
           m[2] * (m[3] * m[7] - m[4] * m[6]);
  };
  const std::array<double, 9> a{s[0], s[1], s[2], s[1], s[2],
                                s[3], s[2], s[3], s[4]};
  std::array<double, 3> c{};
  for (int k = 0; k < 3; ++k) {
    std::array<double, 9> m = a;
    for (int r = 0; r < 3; ++r) m[r * 3 + k] = b[r];
    c[k] = det(m) / det(a);
  }
  std::vector<float> out(x.size());
  for (size_t i = 0; i < x.size(); ++i) {
    const double v = x[i];
    out[i] = static_cast<float>(c[0] + v * (c[1] + v * c[2]));
  }
  return out;
}

float MeanOpening(const RigEye& eye, const std::vector<float>& gap) {
  double above = 0, below = 0;
  for (int i = 8; i < kEyeSamples - 8; ++i) {
    const double u = (eye.x[i] - eye.centre_x) / eye.half_width / 1.12;
    const double bump = 1 - u * u;
    above += gap[i] * bump;
    below += bump * bump;
  }
  return static_cast<float>(above / below);
}

}  // namespace

EyeCurves MakeEyeCurves(const RigEye& eye) {
  std::vector<float> gap(kEyeSamples);
  for (int i = 0; i < kEyeSamples; ++i) {
    gap[i] = std::max(eye.lower[i] - eye.upper[i], 0.f);
  }
  EyeCurves curves;
  curves.opening = MeanOpening(eye, gap);
  std::vector<float> x(kWide), off(kWide), travel(kWide), upper(kWide),
      weight(kWide);
  for (int i = 0; i < kWide; ++i) {
    off[i] = eye.half_width * kWideReach * (-1 + 2.f * i / (kWide - 1));
    x[i] = eye.centre_x + off[i];
    const float u = off[i] / eye.half_width;
    const float v = u / 1.14f;
    float bump = std::clamp(1 - v * v, 0.f, 1.f);
    bump *= SmoothStep(0, 0.25f, bump);
    const bool inside = x[i] >= eye.x.front() && x[i] <= eye.x.back();
    const float open = inside ? Interpolate(eye.x, gap, x[i]) : 0;
    // The upper lid does 72 % of the way; the lower one comes up the rest.
    travel[i] = std::max(curves.opening * bump * 0.72f,
                         open - 0.28f * curves.opening * bump + 0.014f * bump);
    upper[i] = Interpolate(eye.x, eye.upper, x[i]);
    weight[i] = std::exp(-std::pow(u / 0.8f, 4.f));
  }
  travel = Smooth(travel, 5);
  std::vector<float> closed(kWide);
  for (int i = 0; i < kWide; ++i) closed[i] = upper[i] + travel[i];
  const std::vector<float> arc = FitParabola(off, closed, weight);
  for (int i = 0; i < kWide; ++i) {
    const float fade =
        1 - SmoothStep(0.90f, 1.3f, std::abs(off[i]) / eye.half_width);
    travel[i] = std::max(0.35f * travel[i] + 0.65f * (arc[i] - upper[i]),
                         travel[i] * 0.55f) *
                fade;
  }
  travel = Smooth(travel, 3);
  for (float& t : travel) t = std::max(t, 0.f);
  for (int i = 0; i < kEyeCurveSamples; ++i) {
    const float at =
        eye.centre_x + kEyeReach * (-1 + 2.f * i / (kEyeCurveSamples - 1));
    curves.upper.push_back(Interpolate(eye.x, eye.upper, at));
    curves.lower.push_back(Interpolate(eye.x, eye.lower, at));
    curves.travel.push_back(Interpolate(x, travel, at));
  }
  return curves;
}

}  // namespace longtake::worker
