#include "worker/engine/rig/interior_colours.h"

#include <algorithm>
#include <cmath>
#include <vector>

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
// Pixels this far inside stay as photographed; those a little further in hold
// no lip and are what is pushed outward.
constexpr double kKeptPx = 1.0, kCleanPx = 2.0;
constexpr double kFillSigmasPx[] = {1, 2, 4, 8};
constexpr double kFillLeast = 1e-3;

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
    out.shows_teeth = gap.size() > kLeastGapPixels * p.scale * p.scale;
    if (out.shows_teeth) {
      const cv::Vec3d seen = SeenTeeth(gap);
      if (Luma(seen) > kSeenTeethLeast * Luma(out.skin)) {
        out.teeth = Clamp(seen * kSeenTeethGain, 0, 250);
      }
    }
  }
  out.cavity = Clamp(out.lip.mul(Mix(kCavity, kCavityGrey, k)), kCavityDarkest,
                     kCavityLightest);
  out.tongue =
      Clamp(out.lip.mul(Mix(kTongue, kTongueGrey, k)) * kTongueShade, 0, 255);
  out.gum = Clamp(out.lip.mul(Mix(kGum, kGumGrey, k)), 0, 255);
  out.incisor_edge_t = out.shows_teeth
                           ? MiddleMean(mouth.lower) - kEdgeAboveLower
                           : MiddleMean(mouth.upper) + kEdgeBelowSeam;
  return out;
}

cv::Mat1f GapAlpha(const Portrait& p, const MouthLine& mouth) {
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
      alpha(r, c) = static_cast<float>(rim * ends);
    }
  }
  return alpha;
}

cv::Mat3f GapTexture(const Portrait& p, const MouthLine& mouth) {
  cv::Mat1f clean(p.height, p.width);
  cv::Mat1b kept(p.height, p.width);
  for (int r = 0; r < p.height; ++r) {
    for (int c = 0; c < p.width; ++c) {
      const double inside =
          std::min(-mouth.phi_upper(r, c), -mouth.phi_lower(r, c)) / p.scale;
      kept(r, c) = inside > kKeptPx ? 255 : 0;
      clean(r, c) = inside > kCleanPx;
    }
  }
  if (cv::countNonZero(clean) == 0) kept.convertTo(clean, CV_32F, 1.0 / 255);
  std::vector<double> sigmas;
  for (const double s : kFillSigmasPx) sigmas.push_back(s * p.scale);
  cv::Mat3f texture = FillOutward(p.rgb, clean, sigmas, kFillLeast);
  p.rgb.copyTo(texture, kept);
  return texture;
}

}  // namespace longtake::worker
