#include "worker/engine/rig/portrait.h"

#include <algorithm>
#include <cmath>

#include "opencv2/imgproc.hpp"
#include "worker/engine/rig/numerics.h"

namespace longtake::worker {
namespace {

// Above this sigma a Gaussian is run on a reduced picture: the same result to
// a fraction of a level at a fraction of the time.
constexpr double kDirectSigmaPx = 8;

cv::Mat WideGaussian(const cv::Mat& m, double sigma) {
  if (sigma <= kDirectSigmaPx) return Gaussian(m, sigma);
  const int k = static_cast<int>(sigma / (kDirectSigmaPx / 2));
  const cv::Size small(std::max(m.cols / k, 8), std::max(m.rows / k, 8));
  cv::Mat reduced, out;
  cv::resize(m, reduced, small, 0, 0, cv::INTER_AREA);
  cv::resize(Gaussian(reduced, sigma * small.height / m.rows,
                      sigma * small.width / m.cols),
             out, m.size(), 0, 0, cv::INTER_LINEAR);
  return out;
}

}  // namespace

int Portrait::Px(double reference, int least) const {
  return std::max(least, static_cast<int>(std::lround(reference * scale)));
}

int Portrait::OddPx(double reference) const {
  return 2 * static_cast<int>(std::lround((reference - 1) / 2 * scale)) + 1;
}

cv::Mat Sample(const Portrait& p, const cv::Mat& source,
               const cv::Mat_<cv::Point2d>& at, int interpolation) {
  cv::Mat2f px(at.size());
  for (int r = 0; r < at.rows; ++r) {
    for (int c = 0; c < at.cols; ++c) {
      const cv::Point2d q = p.frame.ToPixel(at(r, c));
      px(r, c) = cv::Vec2f(static_cast<float>(q.x), static_cast<float>(q.y));
    }
  }
  cv::Mat out;
  cv::remap(source, out, px, cv::noArray(), interpolation,
            cv::BORDER_REPLICATE);
  return out;
}

cv::Mat Gaussian(const cv::Mat& m, double sigma_y, double sigma_x) {
  const std::vector<double> one = {1};
  const std::vector<double> ky = sigma_y > 0 ? GaussianTaps(sigma_y) : one;
  const std::vector<double> kx = sigma_x > 0 ? GaussianTaps(sigma_x) : one;
  cv::Mat out;
  cv::sepFilter2D(m, out, -1, cv::Mat1d(kx).t(), cv::Mat1d(ky),
                  cv::Point(-1, -1), 0, cv::BORDER_REFLECT);
  return out;
}

cv::Mat3f FillOutward(const cv::Mat3f& source, const cv::Mat1f& known,
                      std::span<const double> sigmas, double least) {
  cv::Mat3f weighted(source.size());
  cv::Vec3d sum;
  double count = 0;
  for (int y = 0; y < source.rows; ++y) {
    for (int x = 0; x < source.cols; ++x) {
      weighted(y, x) = source(y, x) * known(y, x);
      sum += cv::Vec3d(weighted(y, x));
      count += known(y, x);
    }
  }
  cv::Mat3f out = weighted.clone();
  cv::Mat1b done = known > 0;
  for (const double sigma : sigmas) {
    const cv::Mat1f w = WideGaussian(known, sigma);
    const cv::Mat3f c = WideGaussian(weighted, sigma);
    for (int y = 0; y < source.rows; ++y) {
      for (int x = 0; x < source.cols; ++x) {
        if (done(y, x) || w(y, x) <= least) continue;
        out(y, x) = c(y, x) / w(y, x);
        done(y, x) = 255;
      }
    }
  }
  if (count > 0) out.setTo(cv::Scalar(sum / count), ~done);
  return out;
}

cv::Mat1f GradientDown(const cv::Mat1f& m) {
  cv::Mat1f out(m.size());
  for (int r = 0; r < m.rows; ++r) {
    const int a = std::max(r - 1, 0), b = std::min(r + 1, m.rows - 1);
    for (int c = 0; c < m.cols; ++c) out(r, c) = (m(b, c) - m(a, c)) / (b - a);
  }
  return out;
}

cv::Vec3d MedianColour(const cv::Mat3f& rgb, const cv::Mat1b& mask, int least,
                       const cv::Vec3d& fallback) {
  std::array<std::vector<float>, 3> v;
  for (int y = 0; y < rgb.rows; ++y) {
    for (int x = 0; x < rgb.cols; ++x) {
      if (!mask(y, x)) continue;
      for (int k = 0; k < 3; ++k) v[k].push_back(rgb(y, x)[k]);
    }
  }
  if (static_cast<int>(v[0].size()) < std::max(least, 1)) return fallback;
  return {Median(v[0]), Median(v[1]), Median(v[2])};
}

Rgb ToRgb(const cv::Vec3d& c) {
  return {static_cast<float>(c[0]), static_cast<float>(c[1]),
          static_cast<float>(c[2])};
}

Plane LevelsPlane(const cv::Mat3f& m) {
  Plane out(m.cols, m.rows, 3);
  size_t i = 0;
  for (int y = 0; y < m.rows; ++y) {
    for (int x = 0; x < m.cols; ++x) {
      for (int k = 0; k < 3; ++k) {
        out.data[i++] = std::round(std::clamp(m(y, x)[k], 0.f, 255.f));
      }
    }
  }
  return out;
}

Plane UnitPlane(const cv::Mat1f& m) {
  Plane out(m.cols, m.rows, 1);
  size_t i = 0;
  for (int y = 0; y < m.rows; ++y) {
    for (int x = 0; x < m.cols; ++x) {
      out.data[i++] = std::round(std::clamp(m(y, x), 0.f, 1.f) * 255.f) / 255.f;
    }
  }
  return out;
}

Plane HalfPlane(const cv::Mat1f& m) {
  cv::Mat half, rounded;
  m.convertTo(half, CV_16F);
  half.convertTo(rounded, CV_32F);
  Plane out(m.cols, m.rows, 1);
  for (int y = 0; y < m.rows; ++y) {
    const float* row = rounded.ptr<float>(y);
    std::copy(row, row + m.cols, &out.data[static_cast<size_t>(y) * m.cols]);
  }
  return out;
}

}  // namespace longtake::worker
