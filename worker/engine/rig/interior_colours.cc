#include "worker/engine/rig/interior_colours.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "opencv2/imgproc.hpp"
#include "worker/engine/rig/numerics.h"

namespace longtake::worker {
namespace {

constexpr double kCheekRadius = .12;  // IOD around the upper cheek handles

// Saturation of the skin, (max - min) / max, below which the subject counts as
// grey (stone, monochrome), and above which as fully coloured.
constexpr double kGreySaturation = .06, kColourSaturation = .25;

// Teeth where none are seen: the skin's lightness, nearly white, slightly warm
// (or neutral on grey), tinted by a quarter of the skin's chroma as a stand-in
// for the light's colour.
const cv::Vec3d kToothWarm(1.03, .985, .90);
constexpr double kToothTint = .25, kToothLightest = 225, kToothGain = 1.02;
// Photographed teeth: lightest two fifths, believed if not too dark.
constexpr double kSeenTeethPercentile = 60, kSeenTeethLeast = .45;
constexpr double kSeenTeethGain = 1.05;
constexpr int kLeastGapPixels = 25;
// Mean opening (IOD) of the middle third that shows enough of them to be
// re-used; a thinner slit is all rim, and its teeth are drawn anew.
constexpr double kLeastSeenTeeth = .085;

// Multiples of the lip's colour, coloured and grey subject.
const cv::Vec3d kCavity(.22, .15, .16), kTongue(.92, .76, .86),
    kGum(.95, .80, .85);
constexpr double kCavityGrey = .15, kTongueGrey = .75, kGumGrey = .8;
constexpr double kTongueShade = .92;
constexpr double kCavityDarkest = 4, kCavityLightest = 60;

// The incisors' edge, IOD: above the lower lip where teeth show, else below the
// seam.
constexpr double kEdgeAboveLower = .012, kEdgeBelowSeam = .035;

// The photographed interior begins this far (IOD) above the upper edge, so that
// a rising lip uncovers teeth. It ends under the lower lip's rim (pixels): were
// it to fade before, the cavity would draw a dark outline at rest.
constexpr double kUnderLip = .05, kRimFrom = -.7, kRimWidth = 1.2;
constexpr double kCornerFade = .08;  // in s
// Towards the mouth's ends lips and shadow show through the gap. As red as this
// between teeth and lips, or as dark against the teeth, the photographed
// interior gives way to the drawn one, whose teeth go on.
constexpr double kRedFrom = .30, kRedTo = .60, kLeastRed = .08;
constexpr double kDarkFrom = .30, kDarkTo = .60;
// The teeth of a photograph are re-used if they are seen out to here (s) on
// both sides: front teeth alone in a dark gap stay alone however the mouth
// moves.
constexpr double kTeethReach = .45, kSeen = .5;
// What lies nearer to a lip than this (pixels, and at most this share of the
// gap) is blurred into it: there each column is continued from inside, so that
// a lip that draws back uncovers teeth instead of its own faded rim.
constexpr double kRimPx = 3.0, kLargestRim = .38;
// Samples a pixel apart that a column is continued with, against noise.
constexpr int kContinuedFrom = 3;

cv::Vec3d Mix(const cv::Vec3d& coloured, double grey, double k) {
  return k * coloured + (1 - k) * cv::Vec3d::all(grey);
}

cv::Vec3d Clamp(const cv::Vec3d& c, double low, double high) {
  return {std::clamp(c[0], low, high), std::clamp(c[1], low, high),
          std::clamp(c[2], low, high)};
}

cv::Vec3d SkinColour(const Portrait& p, const RigHandles& handles) {
  cv::Mat1b cheeks(p.height, p.width, static_cast<uchar>(0));
  for (int r = 0; r < p.height; ++r) {
    for (int c = 0; c < p.width; ++c) {
      for (int side = 0; side < 2; ++side) {
        const Vec2& at = handles.cheek[side];
        if (std::hypot(p.x(r, c) - at.x, p.y(r, c) - at.y) < kCheekRadius) {
          cheeks(r, c) = 255;
        }
      }
    }
  }
  const cv::Scalar mean = cv::mean(p.rgb);
  return MedianColour(p.rgb, cheeks, 1, {mean[0], mean[1], mean[2]});
}

cv::Vec3d LipColour(const Portrait& p, const MouthLine& mouth,
                    const cv::Vec3d& fallback) {
  cv::Mat1b lip(p.height, p.width);
  for (int r = 0; r < p.height; ++r) {
    for (int c = 0; c < p.width; ++c) {
      const float phi = mouth.phi_lower(r, c);
      lip(r, c) =
          phi > 2 && phi < .09 * p.frame.iod_px && std::abs(mouth.s(r, c)) < .5;
    }
  }
  return MedianColour(p.rgb, lip, 1, fallback);
}

std::vector<cv::Vec3f> GapPixels(const Portrait& p, const MouthLine& mouth) {
  const float rim = static_cast<float>(1.5 * p.scale);
  std::vector<cv::Vec3f> px;
  for (int r = 0; r < p.height; ++r) {
    for (int c = 0; c < p.width; ++c) {
      if (mouth.phi_upper(r, c) < -rim && mouth.phi_lower(r, c) < -rim &&
          std::abs(mouth.s(r, c)) < .6f) {
        px.push_back(p.rgb(r, c));
      }
    }
  }
  return px;
}

// Colour of the lightest part of the gap.
cv::Vec3d SeenTeeth(const std::vector<cv::Vec3f>& px) {
  std::vector<float> luma;
  for (const cv::Vec3f& c : px) luma.push_back(static_cast<float>(Luma(c)));
  const double from = Percentile(luma, kSeenTeethPercentile);
  std::array<std::vector<float>, 3> light;
  for (size_t i = 0; i < px.size(); ++i) {
    if (luma[i] < from) continue;
    for (int k = 0; k < 3; ++k) light[k].push_back(px[i][k]);
  }
  return {Median(light[0]), Median(light[1]), Median(light[2])};
}

cv::Vec3d GuessedTeeth(const cv::Vec3d& skin, double k) {
  const double luma = std::max(Luma(skin), 1.0);
  cv::Vec3d t;
  for (int i = 0; i < 3; ++i) {
    t[i] = (k * kToothWarm[i] + 1 - k) *
           (1 - kToothTint + kToothTint * skin[i] / luma);
  }
  return Clamp(t / Luma(t) * std::min(luma * kToothGain, kToothLightest), 0,
               250);
}

// How much of red is not grey, 0..1.
double Redness(const cv::Vec3d& c) {
  return (c[0] - c[1]) / std::max(c[0], 1.0);
}

// Mean of `edge` over the middle of the mouth.
double MiddleMean(const std::vector<double>& edge) {
  double sum = 0;
  int n = 0;
  for (int i = 0; i < kMouthSamples; ++i) {
    const double s = -1 + 2.0 * i / (kMouthSamples - 1);
    if (std::abs(s) >= .3) continue;
    sum += edge[i];
    ++n;
  }
  return sum / n;
}

}  // namespace

InteriorColours MeasureInterior(const Portrait& p, const MouthLine& mouth,
                                const RigHandles& handles) {
  InteriorColours out;
  out.skin = SkinColour(p, handles);
  out.lip = LipColour(p, mouth, out.skin);
  const auto [low, high] = std::minmax({out.skin[0], out.skin[1], out.skin[2]});
  const double k = Smoothstep(kGreySaturation, kColourSaturation,
                              (high - low) / std::max(high, 1.0));
  out.colourfulness = k;
  out.teeth = GuessedTeeth(out.skin, k);
  if (mouth.gap == MouthGap::kTeeth) {
    const std::vector<cv::Vec3f> gap = GapPixels(p, mouth);
    const bool seen_some = gap.size() > kLeastGapPixels * p.scale * p.scale;
    const double opening = MiddleMean(mouth.lower) - MiddleMean(mouth.upper);
    out.shows_teeth = seen_some && opening > kLeastSeenTeeth;
    if (seen_some) {
      const cv::Vec3d seen = SeenTeeth(gap);
      if (Luma(seen) > kSeenTeethLeast * Luma(out.skin)) {
        // A slit's colour is half lip: believe its lightness alone.
        const cv::Vec3d colour =
            out.shows_teeth ? seen : out.teeth * (Luma(seen) / Luma(out.teeth));
        out.teeth = Clamp(colour * kSeenTeethGain, 0, 250);
      }
    }
  }
  out.cavity = Clamp(out.lip.mul(Mix(kCavity, kCavityGrey, k)), kCavityDarkest,
                     kCavityLightest);
  out.tongue =
      Clamp(out.lip.mul(Mix(kTongue, kTongueGrey, k)) * kTongueShade, 0, 255);
  out.gum = Clamp(out.lip.mul(Mix(kGum, kGumGrey, k)), 0, 255);
  out.incisor_edge_t = mouth.gap == MouthGap::kTeeth
                           ? MiddleMean(mouth.lower) - kEdgeAboveLower
                           : MiddleMean(mouth.upper) + kEdgeBelowSeam;
  return out;
}

cv::Mat1f GapAlpha(const Portrait& p, const MouthLine& mouth,
                   const cv::Mat3f& texture, const InteriorColours& colours) {
  const double tooth_luma = std::max(Luma(colours.teeth), 1.0);
  const double tooth_red = Redness(colours.teeth);
  const double lip_red = std::max(Redness(colours.lip), tooth_red + kLeastRed);
  cv::Mat1f alpha(p.height, p.width);
  for (int r = 0; r < p.height; ++r) {
    for (int c = 0; c < p.width; ++c) {
      const double inside =
          std::min(-mouth.phi_upper(r, c) + kUnderLip * p.frame.iod_px,
                   -static_cast<double>(mouth.phi_lower(r, c)));
      const double rim =
          std::clamp((inside / p.scale - kRimFrom) / kRimWidth, 0.0, 1.0);
      const double ends =
          std::clamp((1.0 - std::abs(mouth.s(r, c))) / kCornerFade, 0.0, 1.0);
      const double red =
          (Redness(texture(r, c)) - tooth_red) / (lip_red - tooth_red);
      const double light = Luma(texture(r, c)) / tooth_luma;
      alpha(r, c) = static_cast<float>(rim * ends *
                                       (1 - Smoothstep(kRedFrom, kRedTo, red)) *
                                       Smoothstep(kDarkFrom, kDarkTo, light));
    }
  }
  return alpha;
}

cv::Mat3f GapTexture(const Portrait& p, const MouthLine& mouth) {
  const double step = p.scale / p.frame.iod_px;
  cv::Mat3f texture(p.height, p.width, cv::Vec3f());
  // Towards the gap's middle, in steps of a pixel.
  for (int i = 0; i < kContinuedFrom; ++i) {
    cv::Mat_<cv::Point2d> at(p.height, p.width);
    for (int r = 0; r < p.height; ++r) {
      for (int c = 0; c < p.width; ++c) {
        const double s = mouth.s(r, c), t = mouth.t(r, c);
        const double upper = mouth.UpperAt(s), lower = mouth.LowerAt(s);
        const double rim =
            std::min(kRimPx * step, std::max(lower - upper, 0.0) * kLargestRim);
        const double inside = std::clamp(t, upper + rim, lower - rim);
        const double middle = (upper + lower) / 2;
        const double way = std::clamp(middle - inside, -i * step, i * step);
        at(r, c) = mouth.ToFace(s, inside == t ? t : inside + way);
      }
    }
    texture += cv::Mat3f(Sample(p, p.rgb, at, cv::INTER_LINEAR)) /
               static_cast<float>(kContinuedFrom);
  }
  return texture;
}

bool TeethReachAcross(const Portrait& p, const MouthLine& mouth,
                      const cv::Mat1f& alpha) {
  for (const double s : {-kTeethReach, kTeethReach}) {
    const double t = (mouth.UpperAt(s) + mouth.LowerAt(s)) / 2;
    const cv::Point2d px = p.frame.ToPixel(mouth.ToFace(s, t));
    const int c = static_cast<int>(std::lround(px.x));
    const int r = static_cast<int>(std::lround(px.y));
    if (c < 0 || r < 0 || c >= p.width || r >= p.height) return false;
    if (alpha(r, c) < kSeen) return false;
  }
  return true;
}

}  // namespace longtake::worker
