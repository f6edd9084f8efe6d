#include "worker/engine/rig/mouth_line.h"

#include <algorithm>
#include <cmath>

#include "opencv2/imgproc.hpp"
#include "worker/engine/rig/numerics.h"

namespace longtake::worker {
namespace {

// The mouth's ends lie this far from the outer towards the inner corner
// landmarks: the outer ones stand on the skin, the inner ones inside the dark.
constexpr double kTowardsInner = 0.25;
// Least distance in s between neighbouring landmarks of one lip.
constexpr double kLeastStepS = 0.08;

// The rectified strip around the landmarks' mid-line: half height (IOD) and
// rows; columns are kMouthSamples.
constexpr double kStripHalf = 0.22;
constexpr int kStripRows = 133;
constexpr double kStripSigmaT = 1.5, kStripSigmaS = 2;

// Landmark gap (IOD, mean of the middle third) above which the mouth is tried
// as open; below it the landmarks' own noise is larger than the gap.
constexpr double kOpenGap = 0.055;

// Seam of closed lips: a valley of lightness against its surroundings (sigma in
// rows), within a quartic well around the landmarks (IOD).
constexpr double kValleySigmaRows = 18;
constexpr double kValleyLightness = 12;
constexpr double kValleyWell = 0.075;
constexpr double kValleySmoothness = 0.15;
constexpr double kSeamSigma = 7;  // in samples
// Mouth's ends: mean of this many samples, and the farthest they move (IOD).
constexpr int kEndSamples = 6;
constexpr double kEndLargestMove = 0.05;

// Edges of open lips: the drop of "lip-ness" = a* + kLightnessShare *
// min(L, median L), as the difference of means over kEdgeRows above and below.
constexpr double kLightnessShare = 0.25;
constexpr double kCornersFrom = 0.45, kCornersTo = 0.75;  // in s
constexpr int kEdgeRows = 4;
constexpr double kEdgeDrop = 8;
constexpr double kEdgeWell = 0.04, kEdgeWellPerGap = 0.35;
constexpr double kEdgeSmoothness = 0.2;
constexpr double kEdgeSigma = 2.5;
// The edges found lie a little inside the gap: blur shifts them. They are moved
// apart by this much (IOD) where the gap is real.
constexpr double kEdgeSpread = 0.011;

// What lies in the gap, by medians over the middle columns: teeth are much less
// red than the lips and not much darker; a cavity is dark and not red. Anything
// else is lip that the landmarks took for a gap.
constexpr int kMiddleBegin = 36, kMiddleEnd = 85;
constexpr double kTeethRednessDrop = 5.0, kTeethLightness = 0.65;
constexpr double kCavityLightness = 0.55, kCavityRedness = 0.65;
constexpr int kLeastSamples = 20;

constexpr double kPhiSigmaPx = 0.6;

// The strip in L* and a*, and the landmarks' lines it was cut around.
struct Strip {
  std::vector<double> s, t;      // columns' s, rows' t off the mid-line
  std::vector<double> mid, gap;  // [columns] landmarks' mid-line and opening
  cv::Mat1f lightness, redness;  // as sampled
  cv::Mat1f smooth_l, smooth_a;
};

MonotoneCubic LipCurve(const Portrait& p, const MouthLine& line,
                       const std::array<int, 3>& marks) {
  std::vector<double> xs = {-1}, ys = {0};
  for (const int m : marks) {
    const cv::Point2d q = line.ToMouth(p.marks[m]);
    xs.push_back(q.x);
    ys.push_back(q.y);
  }
  xs.push_back(1);
  ys.push_back(0);
  MakeIncreasing(&xs, kLeastStepS);
  return MonotoneCubic(std::move(xs), std::move(ys));
}

Strip CutStrip(const Portrait& p, const MouthLine& line) {
  const MonotoneCubic upper = LipCurve(p, line, {61, 62, 63});
  const MonotoneCubic lower = LipCurve(p, line, {67, 66, 65});
  Strip strip;
  strip.s = Linspace(-1, 1, kMouthSamples);
  strip.t = Linspace(-kStripHalf, kStripHalf, kStripRows);
  for (const double s : strip.s) {
    const double u = upper(s), l = lower(s);
    strip.mid.push_back((u + l) / 2);
    strip.gap.push_back(std::max(l - u, 0.0));
  }
  cv::Mat_<cv::Point2d> at(kStripRows, kMouthSamples);
  for (int r = 0; r < kStripRows; ++r) {
    for (int c = 0; c < kMouthSamples; ++c) {
      at(r, c) = line.ToFace(strip.s[c], strip.mid[c] + strip.t[r]);
    }
  }
  cv::Mat3f unit = p.rgb / 255.f, lab;
  cv::cvtColor(unit, lab, cv::COLOR_RGB2Lab);
  std::vector<cv::Mat> planes;
  cv::split(Sample(p, lab, at, cv::INTER_CUBIC), planes);
  strip.lightness = planes[0];
  strip.redness = planes[1];
  strip.smooth_l = Gaussian(strip.lightness, kStripSigmaT, kStripSigmaS);
  strip.smooth_a = Gaussian(strip.redness, kStripSigmaT, kStripSigmaS);
  return strip;
}

// 1 along the mouth, 0 at its ends.
double EndTaper(double from, double s) {
  return 1 - Smoothstep(from, 1, std::abs(s));
}

std::vector<double> PathToT(const Strip& strip, const std::vector<int>& path,
                            double sigma) {
  std::vector<double> t(path.size());
  for (size_t c = 0; c < path.size(); ++c) {
    t[c] = strip.mid[c] + strip.t[path[c]];
  }
  return GaussianSmooth(t, sigma);
}

// The darkest valley along the strip, ends free.
std::vector<double> FindValley(const Strip& strip) {
  const cv::Mat1f around = Gaussian(strip.lightness, kValleySigmaRows, 0);
  cv::Mat1d cost(kStripRows, kMouthSamples);
  for (int r = 0; r < kStripRows; ++r) {
    const double well = std::pow(std::abs(strip.t[r]) / kValleyWell, 4);
    for (int c = 0; c < kMouthSamples; ++c) {
      cost(r, c) =
          (strip.smooth_l(r, c) - around(r, c)) / kValleyLightness + well;
    }
  }
  return PathToT(strip, CheapestPath(cost, kValleySmoothness), kSeamSigma);
}

// One line for both lips.
std::vector<double> FindSeam(const Strip& strip) {
  std::vector<double> seam = FindValley(strip);
  for (int c = 0; c < kMouthSamples; ++c) seam[c] *= EndTaper(.85, strip.s[c]);
  return seam;
}

void SetEnds(const cv::Point2d& left, const cv::Point2d& right,
             MouthLine* line) {
  line->centre = (left + right) / 2;
  line->half_width = cv::norm(right - left) / 2;
  line->x = (right - left) / (2 * line->half_width);
  line->y = {-line->x.y, line->x.x};
}

// The landmarks' corners often lie beside the seam: lifts or lowers the ends
// to where the dark valley between the lips runs out.
void MoveEndsToValley(const Strip& strip, MouthLine* line) {
  const std::vector<double> valley = FindValley(strip);
  double left = 0, right = 0;
  for (int i = 0; i < kEndSamples; ++i) {
    left += valley[i] / kEndSamples;
    right += valley[kMouthSamples - 1 - i] / kEndSamples;
  }
  left = std::clamp(left, -kEndLargestMove, kEndLargestMove);
  right = std::clamp(right, -kEndLargestMove, kEndLargestMove);
  SetEnds(line->ToFace(-1, left), line->ToFace(1, right), line);
}

// Mean of rows [a, b] of column c.
double ColumnMean(const cv::Mat1d& m, int c, int a, int b) {
  double sum = 0;
  for (int r = a; r <= b; ++r) sum += m(r, c);
  return sum / (b - a + 1);
}

// `everywhere`: lightness counts along the whole mouth, else only towards the
// corners, where the gap is dark.
cv::Mat1d LipNess(const Strip& strip, bool everywhere) {
  const double typical =
      Median(std::vector<float>(strip.smooth_l.begin(), strip.smooth_l.end()));
  cv::Mat1d out(kStripRows, kMouthSamples);
  for (int c = 0; c < kMouthSamples; ++c) {
    const double corner =
        everywhere ? 1
                   : Smoothstep(kCornersFrom, kCornersTo, std::abs(strip.s[c]));
    for (int r = 0; r < kStripRows; ++r) {
      const double l = std::min<double>(strip.smooth_l(r, c), typical);
      out(r, c) = strip.smooth_a(r, c) + corner * kLightnessShare * l;
    }
  }
  return out;
}

// Both lips' edges, where `lip` (large on lips) falls off towards the gap.
void FindEdges(const Strip& strip, const cv::Mat1d& lip, MouthLine* line) {
  cv::Mat1d upper(lip.size()), lower(lip.size());
  for (int c = 0; c < kMouthSamples; ++c) {
    const double gap = strip.gap[c];
    const double well = kEdgeWell + kEdgeWellPerGap * gap;
    for (int r = 0; r < kStripRows; ++r) {
      const double above = ColumnMean(lip, c, std::max(r - kEdgeRows, 0), r);
      const double below =
          ColumnMean(lip, c, r, std::min(r + kEdgeRows, kStripRows - 1));
      const double drop = (above - below) / kEdgeDrop;
      upper(r, c) = -drop + std::pow((strip.t[r] + gap / 2) / well, 4);
      lower(r, c) = drop + std::pow((strip.t[r] - gap / 2) / well, 4);
    }
  }
  std::vector<double> tu =
      PathToT(strip, CheapestPath(upper, kEdgeSmoothness), kEdgeSigma);
  std::vector<double> tl =
      PathToT(strip, CheapestPath(lower, kEdgeSmoothness), kEdgeSigma);
  for (int c = 0; c < kMouthSamples; ++c) {
    const double s = strip.s[c];
    tl[c] = std::max(tl[c], tu[c]);
    const double mid = (tu[c] + tl[c]) / 2, pin = EndTaper(.9, s);
    const double end = EndTaper(.93, s);
    tu[c] = (mid + (tu[c] - mid) * pin) * end;
    tl[c] = (mid + (tl[c] - mid) * pin) * end;
    const double spread = kEdgeSpread * (1 - std::pow(s, 4)) *
                          Smoothstep(.01, .04, tl[c] - tu[c]);
    tu[c] -= spread;
    tl[c] += spread;
  }
  line->upper = std::move(tu);
  line->lower = std::move(tl);
}

MouthGap Classify(const Strip& strip, const MouthLine& line) {
  std::vector<float> gap_l, gap_a, lip_l, lip_a;
  for (int r = 0; r < kStripRows; ++r) {
    for (int c = kMiddleBegin; c < kMiddleEnd; ++c) {
      const double t = strip.mid[c] + strip.t[r];
      const double u = line.upper[c], l = line.lower[c];
      if (t > u + .008 && t < l - .008) {
        gap_l.push_back(strip.lightness(r, c));
        gap_a.push_back(strip.redness(r, c));
      }
      if ((t < u - .02 && t > u - .06) || (t > l + .02 && t < l + .07)) {
        lip_l.push_back(strip.lightness(r, c));
        lip_a.push_back(strip.redness(r, c));
      }
    }
  }
  const auto median = [](const std::vector<float>& v) {
    return v.size() > kLeastSamples ? Median(v) : 0.0;
  };
  const double gl = median(gap_l), ga = median(gap_a);
  const double ll = median(lip_l), la = median(lip_a);
  if (la - ga > kTeethRednessDrop && gl > kTeethLightness * ll) {
    return MouthGap::kTeeth;
  }
  if (gl < kCavityLightness * ll && ga < kCavityRedness * la) {
    return MouthGap::kDark;
  }
  return MouthGap::kClosed;
}

void FillPlanes(const Portrait& p, MouthLine* line) {
  line->s.create(p.height, p.width);
  line->t.create(p.height, p.width);
  cv::Mat1f upper(p.height, p.width), lower(p.height, p.width);
  for (int y = 0; y < p.height; ++y) {
    for (int x = 0; x < p.width; ++x) {
      const cv::Point2d q = line->ToMouth({p.x(y, x), p.y(y, x)});
      line->s(y, x) = static_cast<float>(q.x);
      line->t(y, x) = static_cast<float>(q.y);
      upper(y, x) = static_cast<float>(line->UpperAt(q.x) - q.y);
      lower(y, x) = static_cast<float>(q.y - line->LowerAt(q.x));
    }
  }
  const double px = p.frame.iod_px;
  line->phi_upper = Gaussian(upper, kPhiSigmaPx) * px;
  line->phi_lower = Gaussian(lower, kPhiSigmaPx) * px;
}

}  // namespace

double MouthLine::UpperAt(double at_s) const {
  return InterpolateUniform(-1, 1, upper, at_s);
}

double MouthLine::LowerAt(double at_s) const {
  return InterpolateUniform(-1, 1, lower, at_s);
}

MouthLine FitMouthLine(const Portrait& p) {
  MouthLine line;
  const cv::Point2d left =
      kTowardsInner * p.marks[60] + (1 - kTowardsInner) * p.marks[48];
  const cv::Point2d right =
      kTowardsInner * p.marks[64] + (1 - kTowardsInner) * p.marks[54];
  SetEnds(left, right, &line);
  MoveEndsToValley(CutStrip(p, line), &line);

  const Strip strip = CutStrip(p, line);
  double opening = 0;  // mean over the middle third
  for (int c = 40; c < 81; ++c) opening += strip.gap[c] / 41;
  if (opening > kOpenGap) {
    FindEdges(strip, LipNess(strip, true), &line);
    line.gap = Classify(strip, line);
    // Teeth may be lighter than the lip above them: redness alone tells those
    // two apart.
    if (line.gap == MouthGap::kTeeth) {
      FindEdges(strip, LipNess(strip, false), &line);
    }
  }
  if (line.gap == MouthGap::kClosed) {
    line.upper = line.lower = FindSeam(strip);
  }
  FillPlanes(p, &line);
  return line;
}

}  // namespace longtake::worker
