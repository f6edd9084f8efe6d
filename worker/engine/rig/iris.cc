#include "worker/engine/rig/iris.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "opencv2/imgproc.hpp"
#include "worker/engine/rig/numerics.h"
#include "worker/engine/rig/portrait.h"

namespace longtake::worker {
namespace {

constexpr double kHighlightPx = 4;  // rounded to the odd size above

// First a disc that touches the lower lid, by the contrast between its inside
// and the ring around it; penalties keep it near a human eye's proportions and
// the middle. Lengths in IOD.
constexpr std::array<double, 4> kRadii = {.080, .088, .096, .104};
constexpr double kUsualRadius = .094;
constexpr double kRadiusPenalty = 300 / .01, kPlacePenalty = 40;
constexpr int kSteps = 16;
constexpr double kReach = .09, kStep = .012;
constexpr double kUnderLid = .006;  // the lower lid covers this much
constexpr double kRing = 1.35;
// Fewest pixels of disc and ring, at the reference size.
constexpr double kLeastDisc = 20, kLeastRing = 8;

// Then its rim: the step of brightness along both sides' arcs (after Daugman's
// operator), for the disc's mean is drawn aside by highlights and lashes. Arc
// in degrees from the horizontal, downwards positive; the two radii compared.
constexpr double kArcFrom = -40, kArcTo = 55, kArcStep = 5;
constexpr double kInside = .84, kOutside = 1.16;
// Of a side's 20 samples: fewer than the first refuse the place, fewer than the
// second count as if the others saw no step.
constexpr int kLeastArcSamples = 4, kFairArcSamples = 10;
constexpr double kRimBlurPx = .7;
constexpr double kRimReachX = .054, kRimStepX = .006;
constexpr double kRimUp = 0, kRimDown = .045, kRimStepY = .0075;
constexpr double kRimSmallest = .080, kRimLargest = .116, kRimStepR = .004;
constexpr double kRimRadiusPenalty = 250 / .01;
// Levels per squared distance from touching the lid.
constexpr double kRimLidPenalty = 8 / (.03 * .03);

// Brightness with the lights' reflections taken out: bright spots smaller than
// kHighlightPx vanish, the white beside the iris stays.
cv::Mat1f LumaOf(const EyeBox& box, double scale) {
  cv::Mat1f luma(box.x.size()), calm;
  for (int r = 0; r < box.rows(); ++r) {
    for (int c = 0; c < box.cols(); ++c) {
      luma(r, c) = static_cast<float>(Luma(box.rgb(r, c)));
    }
  }
  const int side =
      2 * static_cast<int>(std::lround(kHighlightPx / 2 * scale)) + 1;
  cv::morphologyEx(luma, calm, cv::MORPH_OPEN,
                   cv::getStructuringElement(cv::MORPH_ELLIPSE, {side, side}));
  return calm;
}

double LidAt(const LidLine& lid, double x) {
  return InterpolateUniform(lid.x.front(), lid.x.back(), lid.y, x);
}

// Contrast of the disc against its ring, grey levels; false if there is too
// little of either.
bool DiscContrast(const EyeBox& box, const cv::Mat1f& luma,
                  const cv::Point2d& at, double radius, double scale,
                  double* contrast) {
  double in = 0, out = 0;
  int n_in = 0, n_out = 0;
  for (int r = 0; r < box.rows(); ++r) {
    for (int c = 0; c < box.cols(); ++c) {
      if (!box.IsEyeball(r, c)) continue;
      const double d =
          std::hypot(box.x(r, c) - at.x, box.y(r, c) - at.y) / radius;
      if (d < 1) {
        in += luma(r, c);
        ++n_in;
      } else if (d < kRing) {
        out += luma(r, c);
        ++n_out;
      }
    }
  }
  if (n_in < kLeastDisc * scale * scale || n_out < kLeastRing * scale * scale) {
    return false;
  }
  *contrast = out / n_out - in / n_in;
  return true;
}

// The brightness at a face-unit point if it lies between the lids.
class BallSampler {
 public:
  BallSampler(const EyeBox& box, double scale)
      : box_(box), luma_(Gaussian(LumaOf(box, scale), kRimBlurPx * scale)) {
    // Box rows and columns are an affine image of face units.
    const cv::Point2d o(box.x(0, 0), box.y(0, 0));
    const int last_c = box.cols() - 1, last_r = box.rows() - 1;
    const cv::Point2d u =
        (cv::Point2d(box.x(0, last_c), box.y(0, last_c)) - o) / last_c;
    const cv::Point2d v =
        (cv::Point2d(box.x(last_r, 0), box.y(last_r, 0)) - o) / last_r;
    origin_ = o;
    col_ = u / u.dot(u);
    row_ = v / v.dot(v);
  }

  bool At(const cv::Point2d& face, double* value) const {
    const int c = static_cast<int>(std::lround((face - origin_).dot(col_)));
    const int r = static_cast<int>(std::lround((face - origin_).dot(row_)));
    if (r < 0 || c < 0 || r >= box_.rows() || c >= box_.cols()) return false;
    if (!box_.IsEyeball(r, c)) return false;
    *value = luma_(r, c);
    return true;
  }

 private:
  const EyeBox& box_;
  cv::Mat1f luma_;
  cv::Point2d origin_, col_, row_;
};

// Mean step of brightness across the rim's two side arcs; false if a side isn't
// seen.
bool RimStep(const BallSampler& ball, const cv::Point2d& at, double radius,
             double* step) {
  *step = 0;
  for (const int side : {-1, 1}) {
    double sum = 0;
    int n = 0;
    for (double a = kArcFrom; a <= kArcTo; a += kArcStep) {
      const double rad = a * std::numbers::pi / 180;
      const cv::Point2d dir(side * std::cos(rad), std::sin(rad));
      double in, out;
      if (!ball.At(at + dir * (radius * kInside), &in)) continue;
      if (!ball.At(at + dir * (radius * kOutside), &out)) continue;
      sum += out - in;
      ++n;
    }
    if (n < kLeastArcSamples) return false;
    *step += sum / std::max(n, kFairArcSamples) / 2;
  }
  return true;
}

void RefineByRim(const EyeBox& box, const LidLine& lower, double scale,
                 Iris* iris) {
  const BallSampler ball(box, scale);
  const Iris start = *iris;
  double best = -1e9;
  for (double r = kRimSmallest; r < kRimLargest + 1e-9; r += kRimStepR) {
    for (double dx = -kRimReachX; dx < kRimReachX + 1e-9; dx += kRimStepX) {
      for (double dy = -kRimUp; dy < kRimDown + 1e-9; dy += kRimStepY) {
        const double x = start.centre.x + dx;
        const double touching = LidAt(lower, x) - r + kUnderLid;
        const cv::Point2d at(x, touching + dy);
        double score;
        if (!RimStep(ball, at, r, &score)) continue;
        score -= kRimRadiusPenalty * (r - kUsualRadius) * (r - kUsualRadius) +
                 kRimLidPenalty * dy * dy;
        if (score <= best) continue;
        best = score;
        iris->centre = at;
        iris->radius = r;
      }
    }
  }
}

}  // namespace

Iris FindIris(const EyeBox& box, const LidLine& lower, double centre_x,
              double fallback_y, double scale) {
  const cv::Mat1f luma = LumaOf(box, scale);
  Iris iris{{centre_x, fallback_y}, kUsualRadius, 0};
  double best = -1e9;
  for (const double radius : kRadii) {
    for (int i = 0; i < kSteps; ++i) {
      const double x = centre_x - kReach + i * kStep;
      const cv::Point2d at(x, LidAt(lower, x) - radius + kUnderLid);
      double score;
      if (!DiscContrast(box, luma, at, radius, scale, &score)) continue;
      score -= kRadiusPenalty * std::pow(radius - kUsualRadius, 2) +
               kPlacePenalty * std::abs(x - centre_x);
      if (score <= best) continue;
      best = score;
      iris.centre = at;
      iris.radius = radius;
    }
  }
  iris.contrast = std::max(best, 0.0);
  if (iris.contrast > 0) RefineByRim(box, lower, scale, &iris);
  return iris;
}

}  // namespace longtake::worker
