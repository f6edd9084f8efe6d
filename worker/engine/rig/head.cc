#include "worker/engine/rig/head.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "opencv2/imgproc.hpp"
#include "worker/engine/rig/numerics.h"

namespace longtake::worker {
namespace {

// The skull against the face's landmarks: wider than jaw to jaw by hair and
// ears; centred above the chin (IOD), with this half height.
constexpr double kSkullWidth = 1.22;
constexpr double kSkullAboveChin = 1.35, kSkullHalfHeight = 1.75;

// Depth: a paraboloid over the ellipse, flattened and floored behind it, plus
// Gaussian bumps. Heights and extents in IOD.
constexpr double kBulge = 1.25, kBehindSlope = 0.25, kBehindFloor = -.15;
constexpr double kNoseHeight = .20, kBridgeHeight = .10;
constexpr double kMouthHeight = .06, kChinHeight = .06, kSocketHeight = -.06;
constexpr double kDepthSigmaPx = 3, kMaskSigmaPx = 4;

// The head's support: full to 1.5 head widths, none from 3.2; over the neck it
// fades from a little above the chin to well below.
constexpr double kSideFull = 1.5, kSideNone = 3.2;
constexpr double kNeckFull = -.15, kNeckNone = 1.15;
// Collars and shoulders beside the neck stay: from these heights relative to
// the chin it falls off sideways too, in units of half the neck's width.
constexpr double kAsideAbove = -.5, kAsideBelow = .2;
constexpr double kAsideFull = .9, kAsideNone = 1.5;

// The expression's support: full on the hull of jaw and raised brows, none this
// far outside (IOD), further below the chin where the throat follows.
constexpr double kBrowRaise = .6;
constexpr double kRimBeside = .35, kRimBelowChin = .75, kRimFull = .02;
// The throat, in units of half the neck's width beside the chin.
constexpr double kThroatFull = .45, kThroatNone = 1.0;

// A neck is at least this wide, whatever the landmarks say.
constexpr double kLeastNeckHalf = .2;

struct Bump {
  cv::Point2d at;
  double sx, sy, height;
  double operator()(double x, double y) const {
    const double dx = (x - at.x) / sx, dy = (y - at.y) / sy;
    return height * std::exp(-dx * dx - dy * dy);
  }
};

}  // namespace

HeadEllipse FitHeadEllipse(const Portrait& p) {
  HeadEllipse head;
  head.chin_y = p.marks[8].y;
  head.centre_x = (p.marks[16].x + p.marks[0].x) / 2;
  head.half_width = (p.marks[16].x - p.marks[0].x) / 2 * kSkullWidth;
  head.centre_y = head.chin_y - kSkullAboveChin;
  head.half_height = kSkullHalfHeight;
  head.neck_half_width =
      std::max((p.marks[12].x - p.marks[4].x) / 2, kLeastNeckHalf);
  return head;
}

cv::Mat1f HeadDepth(const Portrait& p, const HeadEllipse& head,
                    const MouthLine& mouth, const std::array<EyeFit, 2>& eyes) {
  const cv::Point2d nose = p.marks[30];
  std::vector<Bump> bumps = {
      {nose, .16, .17, kNoseHeight},
      {(p.marks[27] + nose) / 2, .12, .35, kBridgeHeight},
      {mouth.centre, .42, .22, kMouthHeight},
      {p.marks[8], .3, .2, kChinHeight},
  };
  for (const EyeFit& eye : eyes) {
    bumps.push_back(
        {{eye.rig.centre_x, eye.dark_centre.y}, .26, .17, kSocketHeight});
  }
  cv::Mat1f depth(p.height, p.width);
  for (int r = 0; r < p.height; ++r) {
    for (int c = 0; c < p.width; ++c) {
      const double x = p.x(r, c), y = p.y(r, c);
      const double u = (x - head.centre_x) / head.half_width;
      const double v = (y - head.centre_y) / head.half_height;
      double z = kBulge * (1 - u * u - v * v);
      if (z <= 0) z = std::max(z * kBehindSlope / (1 - z), kBehindFloor);
      for (const Bump& bump : bumps) z += bump(x, y);
      depth(r, c) = static_cast<float>(z);
    }
  }
  return Gaussian(depth, kDepthSigmaPx * p.scale);
}

cv::Mat1f HeadMask(const Portrait& p, const HeadEllipse& head) {
  cv::Mat1f mask(p.height, p.width);
  for (int r = 0; r < p.height; ++r) {
    for (int c = 0; c < p.width; ++c) {
      const double x = p.x(r, c), y = p.y(r, c);
      const double u = (x - head.centre_x) / head.half_width;
      const double up = std::max((head.centre_y - y) / head.half_height, 0.0);
      const double side = Smoothstep(kSideFull, kSideNone, std::hypot(u, up));
      const double neck =
          Smoothstep(head.chin_y + kNeckFull, head.chin_y + kNeckNone, y);
      const double beside =
          Smoothstep(kAsideFull, kAsideNone,
                     std::abs(x - head.centre_x) / head.neck_half_width) *
          Smoothstep(head.chin_y + kAsideAbove, head.chin_y + kAsideBelow, y);
      mask(r, c) = static_cast<float>((1 - side) * (1 - neck) * (1 - beside));
    }
  }
  return Gaussian(mask, kMaskSigmaPx * p.scale);
}

cv::Mat1f ExpressionMask(const Portrait& p, const HeadEllipse& head) {
  std::vector<cv::Point> outline, hull;
  const auto add = [&](const cv::Point2d& face) {
    const cv::Point2d q = p.frame.ToPixel(face);
    outline.emplace_back(static_cast<int>(q.x), static_cast<int>(q.y));
  };
  for (int i = 0; i < 17; ++i) add(p.marks[i]);
  for (int i = 26; i >= 17; --i) add(p.marks[i] - cv::Point2d(0, kBrowRaise));
  cv::convexHull(outline, hull);
  // 0 on the face; the distance is measured from there.
  cv::Mat1b outside(p.height, p.width, 1);
  cv::fillConvexPoly(outside, hull, 0);
  cv::Mat1f distance;
  cv::distanceTransform(outside, distance, cv::DIST_L2, 5);
  cv::Mat1f mask(p.height, p.width);
  for (int r = 0; r < p.height; ++r) {
    for (int c = 0; c < p.width; ++c) {
      const double aside =
          std::abs(p.x(r, c) - p.marks[8].x) / head.neck_half_width;
      const double below =
          Smoothstep(head.chin_y - .6, head.chin_y, p.y(r, c)) *
          (1 - Smoothstep(kThroatFull, kThroatNone, aside));
      const double rim = kRimBeside + (kRimBelowChin - kRimBeside) * below;
      const double d = distance(r, c) / p.frame.iod_px / rim;
      mask(r, c) = static_cast<float>(1 - Smoothstep(kRimFull, 1, d));
    }
  }
  return mask;
}

}  // namespace longtake::worker
