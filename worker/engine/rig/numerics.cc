#include "worker/engine/rig/numerics.h"

#include <cmath>
#include <limits>

namespace longtake::worker {
namespace {

constexpr int kPathMaxStep = 2;

// Derivative at an end, from its own interval (h0, m0) and the next (h1, m1).
double EndSlope(double h0, double h1, double m0, double m1) {
  const double d = ((2 * h0 + h1) * m0 - h0 * m1) / (h0 + h1);
  if (d * m0 <= 0) return 0;
  if (m0 * m1 <= 0 && std::abs(d) > 3 * std::abs(m0)) return 3 * m0;
  return d;
}

int ReflectIndex(int i, int n) {
  const int period = 2 * n;
  i = ((i % period) + period) % period;
  return i < n ? i : period - 1 - i;
}

}  // namespace

std::vector<double> Linspace(double a, double b, int n) {
  std::vector<double> v(n);
  for (int i = 0; i < n; ++i) v[i] = a + (b - a) * i / (n - 1);
  return v;
}

double Interpolate(std::span<const double> xs, std::span<const double> ys,
                   double x) {
  if (x <= xs.front()) return ys.front();
  if (x >= xs.back()) return ys.back();
  const size_t i = std::upper_bound(xs.begin(), xs.end(), x) - xs.begin();
  const double f = (x - xs[i - 1]) / (xs[i] - xs[i - 1]);
  return ys[i - 1] + f * (ys[i] - ys[i - 1]);
}

double InterpolateUniform(double x0, double x1, std::span<const double> ys,
                          double x) {
  const int last = static_cast<int>(ys.size()) - 1;
  const double at = std::clamp((x - x0) / (x1 - x0), 0.0, 1.0) * last;
  const int i = std::min(static_cast<int>(at), last - 1);
  return ys[i] + (at - i) * (ys[i + 1] - ys[i]);
}

std::vector<double> GaussianTaps(double sigma) {
  const int r = static_cast<int>(4 * sigma + 0.5);
  std::vector<double> k(2 * r + 1);
  double sum = 0;
  for (int i = -r; i <= r; ++i) {
    k[i + r] = std::exp(-0.5 * i * i / (sigma * sigma));
    sum += k[i + r];
  }
  for (double& w : k) w /= sum;
  return k;
}

std::vector<double> GaussianSmooth(std::span<const double> v, double sigma) {
  const std::vector<double> k = GaussianTaps(sigma);
  const int n = static_cast<int>(v.size());
  const int r = static_cast<int>(k.size()) / 2;
  std::vector<double> out(v.size());
  for (int i = 0; i < n; ++i) {
    double sum = 0;
    for (int j = -r; j <= r; ++j) sum += k[j + r] * v[ReflectIndex(i + j, n)];
    out[i] = sum;
  }
  return out;
}

double Percentile(std::vector<float> v, double p) {
  if (v.empty()) return 0;
  std::sort(v.begin(), v.end());
  const double at = p / 100 * (v.size() - 1);
  const size_t i = static_cast<size_t>(at);
  if (i + 1 >= v.size()) return v.back();
  return v[i] + (at - i) * (v[i + 1] - v[i]);
}

void MakeIncreasing(std::vector<double>* xs, double step) {
  std::vector<double>& x = *xs;
  for (size_t i = 1; i + 1 < x.size(); ++i) {
    const double highest = x.back() - step * (x.size() - 1 - i);
    x[i] = std::max(std::min(x[i], highest), x[i - 1] + step);
  }
}

MonotoneCubic::MonotoneCubic(std::vector<double> xs, std::vector<double> ys)
    : xs_(std::move(xs)), ys_(std::move(ys)), slopes_(xs_.size()) {
  const size_t n = xs_.size();
  std::vector<double> h(n - 1), m(n - 1);
  for (size_t i = 0; i + 1 < n; ++i) {
    h[i] = xs_[i + 1] - xs_[i];
    m[i] = (ys_[i + 1] - ys_[i]) / h[i];
  }
  for (size_t i = 1; i + 1 < n; ++i) {
    if (m[i - 1] * m[i] <= 0) continue;  // a turning point stays flat
    const double w1 = 2 * h[i] + h[i - 1], w2 = h[i] + 2 * h[i - 1];
    slopes_[i] = (w1 + w2) / (w1 / m[i - 1] + w2 / m[i]);
  }
  slopes_[0] = EndSlope(h[0], h[1], m[0], m[1]);
  slopes_[n - 1] = EndSlope(h[n - 2], h[n - 3], m[n - 2], m[n - 3]);
}

double MonotoneCubic::operator()(double x) const {
  const size_t found =
      std::upper_bound(xs_.begin(), xs_.end(), x) - xs_.begin();
  const size_t i = std::clamp<size_t>(found, 1, xs_.size() - 1) - 1;
  const double h = xs_[i + 1] - xs_[i], t = (x - xs_[i]) / h;
  const double t2 = t * t, t3 = t2 * t;
  return (2 * t3 - 3 * t2 + 1) * ys_[i] + (3 * t2 - 2 * t3) * ys_[i + 1] +
         h * ((t3 - 2 * t2 + t) * slopes_[i] + (t3 - t2) * slopes_[i + 1]);
}

std::vector<int> CheapestPath(const cv::Mat1d& cost, double smoothness) {
  const int rows = cost.rows, cols = cost.cols;
  cv::Mat1d total = cost.clone();
  cv::Mat1i from(rows, cols, 0);
  for (int c = 1; c < cols; ++c) {
    for (int r = 0; r < rows; ++r) {
      double best = std::numeric_limits<double>::infinity();
      for (int d = -kPathMaxStep; d <= kPathMaxStep; ++d) {
        const int p = r - d;
        if (p < 0 || p >= rows) continue;
        const double v = total(p, c - 1) + smoothness * d * d;
        if (v < best) {
          best = v;
          from(r, c) = p;
        }
      }
      total(r, c) += best;
    }
  }
  int row = 0;
  for (int r = 1; r < rows; ++r) {
    if (total(r, cols - 1) < total(row, cols - 1)) row = r;
  }
  std::vector<int> path(cols);
  for (int c = cols - 1; c >= 0; --c) {
    path[c] = row;
    row = from(row, c);
  }
  return path;
}

}  // namespace longtake::worker
