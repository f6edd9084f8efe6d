#include "worker/engine/rig/matte.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "opencv2/imgproc.hpp"
#include "worker/engine/rig/numerics.h"

namespace longtake::worker {
namespace {

// GrabCut (Rother, Kolmogorov, Blake 2004): rounds, and a seed, for its mixture
// models start from a random clustering. It runs at the reference side at most,
// as colour statistics need no more: most rounds at half of that, for a quarter
// of the time, and the last ones, which see the edge, at the whole.
constexpr int kCoarseRounds = 3, kFineRounds = 2;
constexpr int kLeastHalvedPx = 256;  // a smaller side is not halved
constexpr int kCutSeed = 7;

// The prior, as radii in units of the head's ellipse raised by kPriorRaise
// (hair). Of the body only the neck is the subject: clothes don't move with the
// head, so they belong to the background that it moves before. Neck: IOD below
// the chin, and aside in units of the neck's half width.
constexpr double kPriorRaise = .15;
constexpr double kProbablyHead = 1.25, kSurelyHead = .7, kSurelyOut = 1.75;
constexpr double kSurelyOutAboveChin = .2, kSurelyOutAside = 1.5;
constexpr double kThroat = .25, kThroatAside = .6;
constexpr double kNeckEnd = .7, kNeckAside = 1.0;
constexpr int kTopBandPx = 6;

// Holes under this share of the frame that don't touch its left, top or right
// side are filled.
constexpr double kLargestHole = .01;
constexpr double kOpeningPx = 5;

// Soft edge: a guided filter (He, Sun, Tang 2010) in a band around the cut,
// stretched so that its tails end at 0 and 1.
constexpr double kGuideBoxPx = 13, kGuideEpsilon = 2e-4;
constexpr double kStretchFrom = .08, kStretchTo = .92;
constexpr double kBandInsidePx = 15, kBandOutsidePx = 17;

// Plate: the hole = matte grown by a little is filled from ever wider
// surroundings. Around it the photograph's own background stays, but for what
// is thin: stray hairs, which go with the head. Not near the bare jaw and not
// below this height (IOD, from the chin): what is thin there is clothes.
constexpr double kHoleGrowPx = 7, kCleanGrowPx = 25;
constexpr double kMedianReachPx = 5, kHairAboveChin = .45, kBesideJaw = .3;
// A background that is itself so busy (mean levels off its median, measured
// beyond) hides a hair's ghost; what would go with the head is its own texture.
constexpr double kBusyFromPx = 41, kBusyToPx = 81, kBusyLevels = 4;
constexpr int kBusyEvery = 3;
constexpr double kThickest = 30000;          // OpenCV draws no thicker lines
constexpr int kJawFirst = 3, kJawLast = 13;  // landmarks
constexpr double kPlateSigmasPx[] = {1.5, 3, 6, 12, 24, 48, 96};
constexpr double kPlateLeast = .02;
constexpr double kPlateSmoothPx = 1.2;
constexpr double kSubject = .02;

cv::Mat1b Square(int side) {
  return cv::Mat1b(side, side, static_cast<uchar>(1));
}

cv::Mat1b Prior(const HeadEllipse& head, const cv::Mat1f& x, const cv::Mat1f& y,
                int top_band) {
  const double chin = head.chin_y;
  cv::Mat1b mask(x.size(), static_cast<uchar>(cv::GC_PR_BGD));
  for (int r = 0; r < x.rows; ++r) {
    for (int c = 0; c < x.cols; ++c) {
      const double dx = std::abs(x(r, c) - head.centre_x), fy = y(r, c);
      const double radius =
          std::hypot(dx / head.half_width,
                     (fy - head.centre_y + kPriorRaise) / head.half_height);
      uchar& m = mask(r, c);
      if (radius < kProbablyHead) m = cv::GC_PR_FGD;
      if (radius < kSurelyHead) m = cv::GC_FGD;
      if (fy > chin) {
        const double aside = dx / head.neck_half_width;
        const bool neck = fy < chin + kNeckEnd && aside < kNeckAside;
        m = neck ? cv::GC_PR_FGD : cv::GC_PR_BGD;
        if (fy < chin + kThroat && aside < kThroatAside) m = cv::GC_FGD;
      }
      if (radius > kSurelyOut && fy < chin - kSurelyOutAboveChin &&
          dx > head.half_width * kSurelyOutAside) {
        m = cv::GC_BGD;
      }
      if (r < top_band) m = cv::GC_BGD;
    }
  }
  return mask;
}

cv::Mat Reduced(const cv::Mat& m, cv::Size size, int interpolation) {
  cv::Mat out;
  cv::resize(m, out, size, 0, 0, interpolation);
  return out;
}

// What the prior is sure of stays; the rest is as in a coarser cut.
cv::Mat1b Refined(cv::Mat1b prior, const cv::Mat1b& coarse) {
  const cv::Mat1b cut = Reduced(coarse, prior.size(), cv::INTER_NEAREST);
  for (int r = 0; r < prior.rows; ++r) {
    for (int c = 0; c < prior.cols; ++c) {
      uchar& m = prior(r, c);
      if (m == cv::GC_FGD || m == cv::GC_BGD) continue;
      m = cut(r, c) & 1 ? cv::GC_PR_FGD : cv::GC_PR_BGD;
    }
  }
  return prior;
}

// Hard cut, 0/1, at the frame's size.
cv::Mat1b HardCut(const Portrait& p, const HeadEllipse& head) {
  cv::Mat bytes, bgr;
  p.rgb.convertTo(bytes, CV_8U);
  cv::cvtColor(bytes, bgr, cv::COLOR_RGB2BGR);
  const auto size = [&](double scale) {
    return cv::Size(static_cast<int>(std::lround(p.width / scale)),
                    static_cast<int>(std::lround(p.height / scale)));
  };
  const auto prior = [&](cv::Size at) {
    const double rows = static_cast<double>(at.height) / p.height;
    const int top =
        std::max(1, static_cast<int>(std::lround(kTopBandPx * p.scale * rows)));
    return Prior(head, Reduced(p.x, at, cv::INTER_LINEAR),
                 Reduced(p.y, at, cv::INTER_LINEAR), top);
  };
  const cv::Size fine = size(std::max(p.scale, 1.0));
  const bool small = std::min(fine.width, fine.height) < kLeastHalvedPx;
  const cv::Size coarse =
      small ? fine : cv::Size(fine.width / 2, fine.height / 2);
  cv::Mat background(1, 65, CV_64F, 0.0), subject(1, 65, CV_64F, 0.0);
  cv::setRNGSeed(kCutSeed);
  cv::Mat1b first = prior(coarse);
  const cv::Mat picture = Reduced(bgr, fine, cv::INTER_AREA);
  cv::grabCut(Reduced(picture, coarse, cv::INTER_NEAREST), first, cv::Rect(),
              background, subject, kCoarseRounds, cv::GC_INIT_WITH_MASK);
  cv::Mat1b mask = Refined(prior(fine), first);
  cv::grabCut(picture, mask, cv::Rect(), background, subject, kFineRounds,
              cv::GC_EVAL);
  cv::Mat1b cut = (mask & 1) * 255;  // GC_FGD and GC_PR_FGD are odd
  if (fine != p.rgb.size()) {
    cv::resize(cut, cut, p.rgb.size(), 0, 0, cv::INTER_CUBIC);
  }
  return (cut > 127) / 255;
}

// Keeps the part that holds the face, fills its holes, drops its thin spikes.
cv::Mat1b KeepSubject(const Portrait& p, const cv::Mat1b& cut) {
  cv::Mat1i label;
  cv::connectedComponents(cut, label);
  const int face = label(static_cast<int>(p.frame.origin.y),
                         static_cast<int>(p.frame.origin.x));
  cv::Mat1b subject = (label == face) / 255;
  cv::Mat1i stats;
  cv::Mat centroids;
  const cv::Mat1b rest = 1 - subject;
  const int n = cv::connectedComponentsWithStats(rest, label, stats, centroids);
  for (int i = 1; i < n; ++i) {
    const int left = stats(i, cv::CC_STAT_LEFT);
    const bool at_edge = left == 0 || stats(i, cv::CC_STAT_TOP) == 0 ||
                         left + stats(i, cv::CC_STAT_WIDTH) == p.width;
    if (!at_edge &&
        stats(i, cv::CC_STAT_AREA) < kLargestHole * p.width * p.height) {
      subject.setTo(1, label == i);
    }
  }
  cv::morphologyEx(subject, subject, cv::MORPH_OPEN,
                   Square(p.OddPx(kOpeningPx)));
  return subject;
}

cv::Mat1f SoftEdge(const Portrait& p, const cv::Mat1b& subject) {
  const cv::Mat1f guide = p.grey / 255.f;
  cv::Mat1f hard, soft;
  subject.convertTo(hard, CV_32F);
  cv::GaussianBlur(hard, soft, cv::Size(), p.scale);
  const int side = p.OddPx(kGuideBoxPx);
  const auto box = [&](const cv::Mat& m) {
    cv::Mat1f out;
    cv::boxFilter(m, out, -1, cv::Size(side, side));
    return out;
  };
  const cv::Mat1f mean_g = box(guide), mean_s = box(soft);
  const cv::Mat1f variance = box(guide.mul(guide)) - mean_g.mul(mean_g);
  const cv::Mat1f covariance = box(guide.mul(soft)) - mean_g.mul(mean_s);
  const cv::Mat1f a = covariance / (variance + kGuideEpsilon);
  const cv::Mat1f b = mean_s - a.mul(mean_g);
  cv::Mat1f alpha = box(a).mul(guide) + box(b);
  alpha = (alpha - kStretchFrom) / (kStretchTo - kStretchFrom);
  cv::Mat1b inside, outside;
  cv::erode(subject, inside, Square(p.OddPx(kBandInsidePx)));
  cv::dilate(subject, outside, Square(p.OddPx(kBandOutsidePx)));
  alpha.setTo(1, inside > 0);
  alpha.setTo(0, outside == 0);
  for (float& v : alpha)
    v = std::round(std::clamp(v, 0.f, 1.f) * 255.f) / 255.f;
  return alpha;
}

cv::Mat1b Grown(const cv::Mat1b& mask, int side) {
  cv::Mat1b out;
  cv::dilate(mask, out,
             cv::getStructuringElement(cv::MORPH_ELLIPSE, {side, side}));
  return out;
}

// Pixels beside the jaw's line.
cv::Mat1b BesideJaw(const Portrait& p) {
  std::vector<cv::Point> line;
  for (int i = kJawFirst; i <= kJawLast; ++i) {
    line.emplace_back(p.frame.ToPixel(p.marks[i]));
  }
  cv::Mat1b mask(p.height, p.width, static_cast<uchar>(0));
  const double thickness = 2 * kBesideJaw * p.frame.iod_px;
  cv::polylines(mask, line, false, 255,
                static_cast<int>(std::clamp(thickness, 1.0, kThickest)));
  return mask;
}

// Median of each channel around (r, c) outside `hole`; (r, c) is outside.
cv::Vec3f MedianAround(const Portrait& p, const cv::Mat1b& hole, int r, int c) {
  const int step = p.Px(1);
  const int reach = p.Px(kMedianReachPx) / step * step;
  std::array<std::vector<float>, 3> seen;
  for (int y = r - reach; y <= r + reach; y += step) {
    for (int x = c - reach; x <= c + reach; x += step) {
      if (x < 0 || y < 0 || x >= p.width || y >= p.height) continue;
      if (hole(y, x)) continue;
      for (int k = 0; k < 3; ++k) seen[k].push_back(p.rgb(y, x)[k]);
    }
  }
  cv::Vec3f median;
  for (int k = 0; k < 3; ++k) {
    const auto middle = seen[k].begin() + seen[k].size() / 2;
    std::nth_element(seen[k].begin(), middle, seen[k].end());
    median[k] = *middle;
  }
  return median;
}

// Mean distance in levels of the background around the head from its median.
double Busyness(const Portrait& p, const HeadEllipse& head,
                const cv::Mat1b& subject) {
  const cv::Mat1b inner = Grown(subject, p.OddPx(kBusyFromPx));
  const cv::Mat1b outer = Grown(subject, p.OddPx(kBusyToPx));
  const int every = p.Px(kBusyEvery);
  double sum = 0;
  int n = 0;
  for (int r = 0; r < p.height; r += every) {
    for (int c = 0; c < p.width; c += every) {
      if (inner(r, c) || !outer(r, c)) continue;
      if (p.y(r, c) > head.chin_y - kHairAboveChin) continue;
      const cv::Vec3f off = p.rgb(r, c) - MedianAround(p, inner, r, c);
      for (int k = 0; k < 3; ++k) sum += std::abs(off[k]) / 3;
      ++n;
    }
  }
  return n > 0 ? sum / n : 0;
}

}  // namespace

cv::Mat1f CutMatte(const Portrait& p, const HeadEllipse& head) {
  return SoftEdge(p, KeepSubject(p, HardCut(p, head)));
}

cv::Mat3f FillPlate(const Portrait& p, const HeadEllipse& head,
                    const cv::Mat1f& alpha) {
  const cv::Mat1b subject = alpha > kSubject;
  const cv::Mat1b hole = Grown(subject, p.OddPx(kHoleGrowPx));
  cv::Mat1b hairy = Grown(subject, p.OddPx(kCleanGrowPx)) & ~hole;
  hairy.setTo(0, p.y > head.chin_y - kHairAboveChin);
  hairy.setTo(0, BesideJaw(p));
  if (Busyness(p, head, subject) > kBusyLevels) hairy.setTo(0);
  cv::Mat3f source = p.rgb.clone();
  for (int r = 0; r < p.height; ++r) {
    for (int c = 0; c < p.width; ++c) {
      if (hairy(r, c)) source(r, c) = MedianAround(p, hole, r, c);
    }
  }
  cv::Mat1f known;
  cv::Mat1b(255 - hole).convertTo(known, CV_32F, 1.0 / 255);
  std::vector<double> sigmas;
  for (const double s : kPlateSigmasPx) sigmas.push_back(s * p.scale);
  cv::Mat3f plate = FillOutward(source, known, sigmas, kPlateLeast);
  Gaussian(plate, kPlateSmoothPx * p.scale).copyTo(plate, hole | hairy);
  return plate;
}

}  // namespace longtake::worker
