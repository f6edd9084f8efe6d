#pragma once
// The arithmetic of finding: pictures folded onto the watermark's tile, and
// where on a tile a pattern lies.

#include <cstdint>
#include <memory>
#include <opencv2/core.hpp>
#include <vector>

#include "worker/watermark/pattern.h"

namespace longtake::worker {

// Folds pictures of one size: each cell of the tile becomes the mean of all
// pixels that lie on it, for one assumption about the picture's scale.
// Immutable; thread-safe.
class TileFold {
 public:
  // `visible`: the share of the marked picture's shorter side that is the
  // shorter side here; 1 = not cropped.
  TileFold(int width, int height, double visible);

  // `picture` [height][width] to `tile` [kTileCells][kTileCells].
  void Fold(const float* picture, float* tile) const;

 private:
  struct Axis {
    std::vector<int> first;     // cell before the pixel's middle
    std::vector<float> part;    // how far after it, 0 to 1
    std::vector<float> weight;  // [kTileCells], one over what falls there
  };
  static Axis MakeAxis(int pixels, double cells_per_pixel);

  const int width_;
  const int height_;
  Axis x_, y_;
};

// How well a pattern fits a tile at every shift, in standard deviations of what
// a tile without it gives: the tile's spectrum is reduced to its phases
// (symmetrical phase-only matched filter), so that whatever is in the picture
// the values away from the pattern's place are normal with variance 1.
class PatternMatcher {
 public:
  explicit PatternMatcher(const CellPattern& pattern);

  // [kTileCells][kTileCells], by the shift down and right of the pattern.
  cv::Mat1f Match(const cv::Mat& whitened) const;

  // A tile's spectrum, of magnitude 1 everywhere, for Match.
  static cv::Mat Whiten(const cv::Mat1f& tile);

 private:
  cv::Mat conjugate_;  // of the pattern's spectrum, over its norm
};

}  // namespace longtake::worker
