#include "worker/engine/rig/eyes.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "opencv2/imgproc.hpp"
#include "worker/engine/rig/eye_box.h"
#include "worker/engine/rig/iris.h"
#include "worker/engine/rig/numerics.h"

namespace longtake::worker {
namespace {

// Landmarks of an eye: image-left corner, upper lid, image-right corner, lower
// lid, each from left to right.
struct EyeMarks {
  int left, upper_left, upper_right, right, lower_left, lower_right;
};
constexpr EyeMarks kEyeMarks[2] = {{36, 37, 38, 39, 41, 40},
                                   {42, 43, 44, 45, 47, 46}};

constexpr double kBoxHalf = 0.5;     // IOD; room for crease, lashes and lid
constexpr double kLeastStep = 0.02;  // IOD between neighbouring lid landmarks

// Lash edge: the strongest fall of brightness going down, searched in a band
// (IOD off the landmarks' lid) with a quartic well a little above them.
constexpr double kLashTop = -.07, kLashBottom = .04;
constexpr int kLashRows = 45;
constexpr double kLashFall = 8, kLashWellAt = -.012, kLashWell = .05;
constexpr double kLashSmoothness = 0.3, kLashSigma = 4;
// The landmarks err upwards, not downwards: the edge may drop by this at most.
constexpr double kLashLargestDrop = 0.01;
// From here towards the corners the edge found is trusted less, by this much.
constexpr double kCornerFrom = .75, kCornerDoubt = .6;

// Lower lid: one offset for the whole lid, at the strongest rise of brightness
// under the darkest columns (the iris), in a band of rows (IOD).
constexpr double kLowerTop = -.02, kLowerBottom = .075;
constexpr int kLowerRows = 58, kLowerDarkRows = 12, kLowerColumns = 13;
constexpr double kLowerWellAt = .012, kLowerWell = .05, kLowerWellWeight = .6;
constexpr double kLowerLargest = .05;
constexpr double kLeastOpening = 0.005;  // IOD between the lids

// Textures: how far from the iris' rim the white and the iris are trusted.
constexpr double kWhiteFrom = 1.18, kIrisTo = 1.12;
constexpr double kFillSigmasPx[] = {1, 2, 4, 8, 16};
constexpr double kFillLeast = 2e-3;
constexpr double kWhiteSigmaPx = .8;

// The lid's crease lies this far above the lash edge: lashes plus skin.
constexpr double kCreaseAboveLash = .030 + .075, kCreaseBand = .02;

// How much of the lash edge's offset is taken at s: less at the corners, where
// lids, lashes and their shadow run together.
double CornerTrust(double s) {
  return 1 - kCornerDoubt * Smoothstep(kCornerFrom, 1, std::abs(s));
}

std::vector<double> LandmarkLid(const Portrait& p,
                                const std::array<int, 4>& marks,
                                const std::vector<double>& at) {
  std::vector<double> xs, ys;
  for (const int m : marks) {
    xs.push_back(p.marks[m].x);
    ys.push_back(p.marks[m].y);
  }
  MakeIncreasing(&xs, kLeastStep);
  const MonotoneCubic lid(std::move(xs), std::move(ys));
  std::vector<double> out;
  for (const double x : at) out.push_back(lid(x));
  return out;
}

// Brightness in a band of `offsets` around a lid, [offsets, kEyeSamples].
cv::Mat1f Band(const Portrait& p, const std::vector<double>& xs,
               const std::vector<double>& ys,
               const std::vector<double>& offsets) {
  cv::Mat_<cv::Point2d> at(static_cast<int>(offsets.size()), kEyeSamples);
  for (int r = 0; r < at.rows; ++r) {
    for (int c = 0; c < at.cols; ++c) at(r, c) = {xs[c], ys[c] + offsets[r]};
  }
  return Sample(p, p.grey, at, cv::INTER_LINEAR);
}

// Moves the upper lid's landmark line `y` to the lash edge.
void FindLashEdge(const Portrait& p, const std::vector<double>& x,
                  const std::vector<double>& across, std::vector<double>* y) {
  const std::vector<double> offsets =
      Linspace(kLashTop, kLashBottom, kLashRows);
  const cv::Mat1f fall =
      GradientDown(Gaussian(Band(p, x, *y, offsets), 1.5, 2));
  cv::Mat1d cost(fall.size());
  for (int r = 0; r < kLashRows; ++r) {
    const double well = std::pow((offsets[r] - kLashWellAt) / kLashWell, 4);
    for (int c = 0; c < kEyeSamples; ++c) {
      cost(r, c) = fall(r, c) / kLashFall + well;
    }
  }
  std::vector<double> t;
  for (const int r : CheapestPath(cost, kLashSmoothness)) {
    t.push_back(offsets[r]);
  }
  t = GaussianSmooth(t, kLashSigma);
  for (int c = 0; c < kEyeSamples; ++c) {
    (*y)[c] += std::min(t[c] * CornerTrust(across[c]), kLashLargestDrop);
  }
}

// How far under its landmarks the lower lid's edge lies, IOD.
double LowerLidOffset(const Portrait& p, const std::vector<double>& x,
                      const std::vector<double>& across,
                      const std::vector<double>& y) {
  const std::vector<double> offsets =
      Linspace(kLowerTop, kLowerBottom, kLowerRows);
  const cv::Mat1f band = Gaussian(Band(p, x, y, offsets), 2, 1);
  std::vector<double> brightness(kEyeSamples);
  for (int c = 0; c < kEyeSamples; ++c) {
    for (int r = 0; r < kLowerDarkRows; ++r) {
      brightness[c] += band(r, c) / kLowerDarkRows;
    }
    if (std::abs(across[c]) > .55) brightness[c] += 1e3;  // corners don't count
  }
  std::vector<int> order(kEyeSamples);
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](int a, int b) { return brightness[a] < brightness[b]; });
  cv::Mat1f profile(kLowerRows, 1, 0.f);
  for (int r = 0; r < kLowerRows; ++r) {
    for (int i = 0; i < kLowerColumns; ++i) {
      profile(r, 0) += band(r, order[i]) / kLowerColumns;
    }
  }
  const cv::Mat1f rise = GradientDown(profile);
  int best = 0;
  double best_score = -1e9;
  for (int r = 0; r < kLowerRows; ++r) {
    const double off = (offsets[r] - kLowerWellAt) / kLowerWell;
    const double score = rise(r, 0) - kLowerWellWeight * off * off;
    if (score > best_score) {
      best_score = score;
      best = r;
    }
  }
  return std::clamp(offsets[best], 0.0, kLowerLargest);
}

EyeBox CutBox(const Portrait& p, const RigEye& eye,
              const std::vector<double>& xs, const std::vector<double>& upper,
              const std::vector<double>& lower) {
  EyeBox box;
  const cv::Size size(eye.x1 - eye.x0, eye.y1 - eye.y0);
  box.rgb.create(size);
  for (cv::Mat1f* m : {&box.x, &box.y, &box.lash, &box.lid, &box.across}) {
    m->create(size);
  }
  for (int r = 0; r < size.height; ++r) {
    for (int c = 0; c < size.width; ++c) {
      const int px = eye.x0 + c, py = eye.y0 + r;
      box.rgb(r, c) = p.rgb(std::clamp(py, 0, p.height - 1),
                            std::clamp(px, 0, p.width - 1));
      const cv::Point2d f = p.frame.ToFace(cv::Point2d(px, py));
      box.x(r, c) = static_cast<float>(f.x);
      box.y(r, c) = static_cast<float>(f.y);
      box.lash(r, c) = static_cast<float>(
          InterpolateUniform(xs.front(), xs.back(), upper, f.x));
      box.lid(r, c) = static_cast<float>(
          InterpolateUniform(xs.front(), xs.back(), lower, f.x));
      box.across(r, c) =
          static_cast<float>((f.x - eye.centre_x) / eye.half_width);
    }
  }
  return box;
}

cv::Mat1b Eyeball(const EyeBox& box) {
  cv::Mat1b out(box.x.size());
  for (int r = 0; r < box.rows(); ++r) {
    for (int c = 0; c < box.cols(); ++c) out(r, c) = box.IsEyeball(r, c);
  }
  return out;
}

cv::Point2d DarkCentre(const EyeBox& box, const cv::Point2d& fallback) {
  const auto open = [&](int r, int c) { return box.IsOpen(r, c, .015, 0, 1); };
  std::vector<float> v;
  const auto grey = [&](int r, int c) {
    const cv::Vec3f& q = box.rgb(r, c);
    return (q[0] + q[1] + q[2]) / 3;
  };
  for (int r = 0; r < box.rows(); ++r) {
    for (int c = 0; c < box.cols(); ++c) {
      if (open(r, c)) v.push_back(grey(r, c));
    }
  }
  const double threshold = Percentile(std::move(v), 45);
  cv::Point2d sum;
  double weight = 0;
  for (int r = 0; r < box.rows(); ++r) {
    for (int c = 0; c < box.cols(); ++c) {
      if (!open(r, c)) continue;
      const double w = std::max(threshold - grey(r, c), 0.0);
      sum += w * cv::Point2d(box.x(r, c), box.y(r, c));
      weight += w;
    }
  }
  return weight > 1e-3 ? sum / weight : fallback;
}

// The eyeball without its iris, and the iris without its lids.
void FillTextures(const EyeBox& box, double scale, RigEye* eye) {
  const cv::Mat1b open = Eyeball(box);
  cv::Mat1f white(open.size(), 0.f), iris(open.size(), 0.f);
  for (int r = 0; r < box.rows(); ++r) {
    for (int c = 0; c < box.cols(); ++c) {
      if (!open(r, c)) continue;
      const double d =
          std::hypot(box.x(r, c) - eye->iris.x, box.y(r, c) - eye->iris.y) /
          eye->iris_radius;
      white(r, c) = d > kWhiteFrom;
      iris(r, c) = d < kIrisTo;
    }
  }
  std::vector<double> sigmas;
  for (const double sigma : kFillSigmasPx) sigmas.push_back(sigma * scale);
  if (cv::countNonZero(white) < 12 * scale * scale) open.copyTo(white);
  if (cv::countNonZero(white) == 0) white.setTo(1.f);
  eye->sclera = LevelsPlane(Gaussian(
      FillOutward(box.rgb, white, sigmas, kFillLeast), kWhiteSigmaPx * scale));
  const bool seen = cv::countNonZero(iris) > 10 * scale * scale;
  eye->iris_texture = LevelsPlane(
      seen ? FillOutward(box.rgb, iris, sigmas, kFillLeast) : box.rgb);
}

Rgb CreaseColour(const EyeBox& box) {
  cv::Mat1b near(box.x.size(), 0), above(box.x.size(), 0);
  for (int r = 0; r < box.rows(); ++r) {
    for (int c = 0; c < box.cols(); ++c) {
      const double d = box.y(r, c) - (box.lash(r, c) - kCreaseAboveLash) - .005;
      const bool inside = std::abs(box.across(r, c)) < .7;
      near(r, c) = inside && std::abs(d) < kCreaseBand;
      above(r, c) = inside && box.y(r, c) < box.lash(r, c);
    }
  }
  const cv::Vec3d fallback = MedianColour(box.rgb, above, 1, {128, 128, 128});
  return ToRgb(MedianColour(box.rgb, near, 1, fallback));
}

EyeFit FitEye(const Portrait& p, const EyeMarks& m) {
  EyeFit fit;
  RigEye& eye = fit.rig;
  const std::vector<double> xs =
      Linspace(p.marks[m.left].x, p.marks[m.right].x, kEyeSamples);
  const std::vector<double> across = Linspace(-1, 1, kEyeSamples);
  std::vector<double> upper =
      LandmarkLid(p, {m.left, m.upper_left, m.upper_right, m.right}, xs);
  std::vector<double> lower =
      LandmarkLid(p, {m.left, m.lower_left, m.lower_right, m.right}, xs);
  const double cx = (xs.front() + xs.back()) / 2;
  const double cy = (p.marks[m.upper_left].y + p.marks[m.upper_right].y +
                     p.marks[m.lower_left].y + p.marks[m.lower_right].y) /
                    4;
  eye.centre_x = static_cast<float>(cx);
  eye.half_width = static_cast<float>((xs.back() - xs.front()) / 2);
  const cv::Point2d middle = p.frame.ToPixel({cx, cy});
  const int reach = static_cast<int>(kBoxHalf * p.frame.iod_px);
  eye.x0 = static_cast<int>(std::floor(middle.x)) - reach;
  eye.y0 = static_cast<int>(std::floor(middle.y)) - reach;
  eye.x1 = eye.x0 + 2 * reach;
  eye.y1 = eye.y0 + 2 * reach;

  const double drop = LowerLidOffset(p, xs, across, lower);
  FindLashEdge(p, xs, across, &upper);
  for (int i = 0; i < kEyeSamples; ++i) {
    lower[i] += drop * (1 - std::pow(across[i], 4));
    lower[i] = std::max(lower[i], upper[i] + kLeastOpening);
  }
  eye.x.assign(xs.begin(), xs.end());
  eye.upper.assign(upper.begin(), upper.end());
  eye.lower.assign(lower.begin(), lower.end());

  const EyeBox box = CutBox(p, eye, xs, upper, lower);
  fit.dark_centre = DarkCentre(box, {cx, cy});
  const Iris iris = FindIris(box, {xs, lower}, cx, fit.dark_centre.y, p.scale);
  eye.iris = {static_cast<float>(iris.centre.x),
              static_cast<float>(iris.centre.y)};
  eye.iris_radius = static_cast<float>(iris.radius);
  eye.iris_contrast = static_cast<float>(iris.contrast);
  FillTextures(box, p.scale, &eye);
  eye.crease = CreaseColour(box);
  return fit;
}

}  // namespace

std::array<EyeFit, 2> FitEyes(const Portrait& p) {
  std::array<EyeFit, 2> eyes = {FitEye(p, kEyeMarks[0]),
                                FitEye(p, kEyeMarks[1])};
  // One eye that looks aside alone is worse than none: the weaker decides.
  eyes[0].rig.iris_contrast = eyes[1].rig.iris_contrast =
      std::min(eyes[0].rig.iris_contrast, eyes[1].rig.iris_contrast);
  return eyes;
}

}  // namespace longtake::worker
