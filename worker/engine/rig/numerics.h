#pragma once
// Small one-dimensional numerics of the rig fit. Pure functions, thread-safe.
// They follow the definitions that the fit's constants were tuned with: numpy's
// linear interpolation and percentiles, scipy's truncated Gaussians with
// half-sample reflection, Fritsch-Carlson monotone cubics.

#include <algorithm>
#include <span>
#include <vector>

#include "opencv2/core.hpp"

namespace longtake::worker {

// 0 below a, 1 above b, 3t^2 - 2t^3 between. a < b.
inline double Smoothstep(double a, double b, double x) {
  const double t = std::clamp((x - a) / (b - a), 0.0, 1.0);
  return t * t * (3 - 2 * t);
}

// n values from a to b, both included; n >= 2.
std::vector<double> Linspace(double a, double b, int n);

// Piecewise linear through (xs[i], ys[i]), constant outside. xs increasing, not
// empty.
double Interpolate(std::span<const double> xs, std::span<const double> ys,
                   double x);

// Same on a uniform grid whose first and last abscissae are x0 and x1:
// constant time.
double InterpolateUniform(double x0, double x1, std::span<const double> ys,
                          double x);

// Gaussian weights for offsets -r .. r, r = floor(4 sigma + 0.5), sum 1.
std::vector<double> GaussianTaps(double sigma);

// Gaussian smoothing with half-sample symmetric ends (d c b a | a b c d | ...).
std::vector<double> GaussianSmooth(std::span<const double> v, double sigma);

// p in [0, 100], linear between order statistics; 0 for an empty sample.
double Percentile(std::vector<float> v, double p);
inline double Median(std::vector<float> v) {
  return Percentile(std::move(v), 50);
}

// Forces xs to rise by at least `step`, keeping first and last in place where
// (last - first) >= step * (n - 1). Landmarks of odd faces may fold over; the
// cubic below needs a function of x.
void MakeIncreasing(std::vector<double>* xs, double step);

// Monotone piecewise cubic (PCHIP; Fritsch & Carlson 1980, derivatives by
// Butland's weighted harmonic mean, three-point ends). Extrapolates with its
// end pieces. xs strictly increasing, at least 3 of them.
class MonotoneCubic {
 public:
  MonotoneCubic(std::vector<double> xs, std::vector<double> ys);
  double operator()(double x) const;

 private:
  std::vector<double> xs_, ys_, slopes_;
};

// Row per column of the cheapest left-to-right path through `cost` [rows,
// cols], moving at most two rows a column at `smoothness` * rows^2. Ties go to
// the upper predecessor of the larger row: a fixed rule, so a fixed result.
std::vector<int> CheapestPath(const cv::Mat1d& cost, double smoothness);

}  // namespace longtake::worker
