#include "worker/watermark/tile_search.h"

#include <algorithm>
#include <cmath>

namespace longtake::worker {
namespace {

constexpr int kMask = kTileCells - 1;

}  // namespace

TileFold::Axis TileFold::MakeAxis(int pixels, double cells_per_pixel) {
  Axis axis;
  axis.first.resize(pixels);
  axis.part.resize(pixels);
  std::vector<double> sum(kTileCells);
  for (int i = 0; i < pixels; ++i) {
    // From the picture's middle, so that a wrong scale errs as little as it
    // can at either edge.
    const double place =
        (i + 0.5 - pixels / 2.0) * cells_per_pixel + 8.0 * kTileCells - 0.5;
    const double floor = std::floor(place);
    axis.first[i] = static_cast<int>(floor) & kMask;
    axis.part[i] = static_cast<float>(place - floor);
    sum[axis.first[i]] += 1 - (place - floor);
    sum[(axis.first[i] + 1) & kMask] += place - floor;
  }
  axis.weight.resize(kTileCells);
  for (int i = 0; i < kTileCells; ++i) {
    axis.weight[i] = sum[i] > 1e-3 ? static_cast<float>(1 / sum[i]) : 0;
  }
  return axis;
}

TileFold::TileFold(int width, int height, double visible)
    : width_(width), height_(height) {
  const double cells_per_pixel =
      kTilesAcross * kTileCells * visible / std::min(width, height);
  x_ = MakeAxis(width, cells_per_pixel);
  y_ = MakeAxis(height, cells_per_pixel);
}

void TileFold::Fold(const float* picture, float* tile) const {
  std::vector<float> rows(static_cast<size_t>(kTileCells) * width_);
  for (int y = 0; y < height_; ++y) {
    const float* p = picture + static_cast<size_t>(y) * width_;
    float* above = &rows[static_cast<size_t>(y_.first[y]) * width_];
    float* below =
        &rows[static_cast<size_t>((y_.first[y] + 1) & kMask) * width_];
    const float b = y_.part[y];
    const float a = 1 - b;
    for (int x = 0; x < width_; ++x) above[x] += a * p[x];
    for (int x = 0; x < width_; ++x) below[x] += b * p[x];
  }
  for (int row = 0; row < kTileCells; ++row) {
    const float* p = &rows[static_cast<size_t>(row) * width_];
    float* out = tile + static_cast<size_t>(row) * kTileCells;
    std::fill_n(out, kTileCells, 0.0f);
    for (int x = 0; x < width_; ++x) {
      const float right = x_.part[x] * p[x];
      out[x_.first[x]] += p[x] - right;
      out[(x_.first[x] + 1) & kMask] += right;
    }
    for (int x = 0; x < kTileCells; ++x) {
      out[x] *= x_.weight[x] * y_.weight[row];
    }
  }
}

PatternMatcher::PatternMatcher(const CellPattern& pattern) {
  cv::Mat1f cells(kTileCells, kTileCells);
  std::copy(pattern.begin(), pattern.end(), cells.begin());
  cv::dft(cells, conjugate_, cv::DFT_COMPLEX_OUTPUT);
  double power = 0;
  for (auto& value : cv::Mat_<cv::Vec2f>(conjugate_)) {
    power += value[0] * value[0] + value[1] * value[1];
    value[1] = -value[1];
  }
  // The inverse transform below is not scaled: with random phases a value's
  // variance is the sum of the squares of the magnitudes.
  conjugate_ *= 1 / std::sqrt(power);
}

cv::Mat PatternMatcher::Whiten(const cv::Mat1f& tile) {
  cv::Mat spectrum;
  cv::dft(tile, spectrum, cv::DFT_COMPLEX_OUTPUT);
  for (auto& value : cv::Mat_<cv::Vec2f>(spectrum)) {
    const float magnitude = std::hypot(value[0], value[1]);
    value *= magnitude > 1e-9f ? 1 / magnitude : 0.0f;
  }
  return spectrum;
}

cv::Mat1f PatternMatcher::Match(const cv::Mat& whitened) const {
  cv::Mat product;
  // conjugate_ holds the conjugate already.
  cv::mulSpectrums(whitened, conjugate_, product, 0);
  cv::Mat1f fit;
  cv::dft(product, fit, cv::DFT_INVERSE | cv::DFT_REAL_OUTPUT);
  return fit;
}

}  // namespace longtake::worker
