#include "worker/engine/phonetics/teacher_curves.h"

#include <algorithm>
#include <cmath>

namespace longtake::worker {
namespace {

// Targets of each viseme, curve by curve.
constexpr std::array<MouthCurves, kVisemes> kTargets = {{
    // jaw close funnel pucker stretch smile roll press upper lower tongue
    {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
    {.04f, 1, 0, 0, 0, 0, .25f, .6f, 0, 0, 0},            // PP
    {.08f, 0, 0, 0, .05f, 0, .8f, 0, .35f, 0, 0},         // FF
    {.18f, 0, 0, 0, .1f, 0, 0, 0, .15f, .25f, .8f},       // TH
    {.18f, 0, 0, 0, .12f, .05f, 0, 0, .1f, .25f, .4f},    // DD
    {.25f, 0, 0, 0, .08f, 0, 0, 0, .1f, .2f, 0},          // KK
    {.14f, 0, .75f, .25f, 0, 0, 0, 0, .3f, .35f, .15f},   // CH
    {.08f, 0, .05f, 0, .3f, .15f, 0, 0, .2f, .4f, .15f},  // SS
    {.2f, 0, .45f, .3f, 0, 0, 0, 0, .1f, .2f, .2f},       // RR
    {.12f, .05f, .35f, .9f, 0, 0, 0, 0, 0, 0, 0},         // W
    {.75f, 0, .05f, 0, .15f, .05f, 0, 0, .2f, .4f, 0},    // AA
    {.45f, 0, 0, 0, .35f, .25f, 0, 0, .2f, .35f, 0},      // EE
    {.22f, 0, 0, 0, .5f, .4f, 0, 0, .15f, .3f, .05f},     // II
    {.5f, 0, .55f, .45f, 0, 0, 0, 0, .1f, .15f, 0},       // OO
    {.22f, 0, .4f, .8f, 0, 0, 0, 0, 0, .05f, 0},          // UU
    {.32f, 0, .05f, 0, .1f, .05f, 0, 0, .1f, .2f, 0},     // AX
    {.25f, 0, .55f, .6f, 0, 0, 0, 0, .1f, .1f, 0},        // YY
}};

// Muscle groups: each has its own speed and, for each viseme, dominance.
enum Group { kJawGroup, kLipGroup, kRoundGroup, kTongueGroup };
constexpr int kGroups = kTongueGroup + 1;
constexpr std::array<Group, kMouthCurves> kGroupOf = {
    kJawGroup, kLipGroup, kRoundGroup, kRoundGroup, kRoundGroup, kRoundGroup,
    kLipGroup, kLipGroup, kLipGroup,   kLipGroup,   kTongueGroup};
constexpr std::array<double, kGroups> kTauSeconds = {.060, .035, .080, .045};

constexpr std::array<std::array<double, kGroups>, kVisemes> kAlpha = {{
    {.6, .6, .6, .6},
    {1.2, 6, .25, .5},
    {1, 4, .3, .5},
    {.8, .8, .3, 3},
    {.6, .3, .25, 2},
    {.4, .3, .2, .5},
    {.9, .8, 1.2, 1},
    {1.2, .8, .5, 1},
    {.6, .4, .8, 1},
    {.8, .8, 2, .5},
    {1, .7, 1, .6},
    {1, .7, 1, .6},
    {1, .7, 1, .6},
    {1, .7, 1, .6},
    {1, .7, 1, .6},
    {.6, .4, .4, .4},
    {1, .7, 1, .6},
}};

// Half of the central part of a segment over which its dominance is flat.
constexpr double kFlatHalf = 0.3;
// Keeps the quotient defined far from every phone.
constexpr double kLeastDominance = 1e-8;

// The weighted mean of the targets about a moment, group by group.
class Blend {
 public:
  explicit Blend(double seconds) : seconds_(seconds) {}

  void Add(const PhoneSegment& segment, const PhoneManner* manner) {
    const Viseme viseme = VisemeOf(segment.phone);
    const double middle = (segment.begin + segment.end) / 2;
    const double distance =
        std::max(0.0, std::abs(seconds_ - middle) -
                          kFlatHalf * (segment.end - segment.begin));
    std::array<double, kGroups> dominance;
    for (int g = 0; g < kGroups; ++g) {
      dominance[g] = kAlpha[viseme][g] * std::exp(-distance / kTauSeconds[g]) +
                     kLeastDominance;
      if (manner != nullptr) dominance[g] *= manner->dominance;
      total_[g] += dominance[g];
    }
    for (int c = 0; c < kMouthCurves; ++c) {
      const double target =
          kTargets[viseme][c] * (manner == nullptr ? 1.f : manner->target[c]);
      sum_[c] += dominance[kGroupOf[c]] * target;
    }
  }

  MouthCurves Curves() const {
    MouthCurves curves{};
    for (int c = 0; c < kMouthCurves; ++c) {
      if (total_[kGroupOf[c]] > 0) {
        curves[c] = static_cast<float>(sum_[c] / total_[kGroupOf[c]]);
      }
    }
    return curves;
  }

 private:
  const double seconds_;
  std::array<double, kGroups> total_{};
  std::array<double, kMouthCurves> sum_{};
};

// `manners`: null for none.
MouthCurves CurvesAt(std::span<const PhoneSegment> segments,
                     const PhoneManner* manners, double seconds) {
  Blend blend(seconds);
  auto it = std::lower_bound(
      segments.begin(), segments.end(), seconds - kTeacherReachSeconds,
      [](const PhoneSegment& s, double t) { return s.end < t; });
  for (; it != segments.end() && it->begin <= seconds + kTeacherReachSeconds;
       ++it) {
    blend.Add(*it,
              manners == nullptr ? nullptr : manners + (it - segments.begin()));
  }
  return blend.Curves();
}

}  // namespace

MouthCurves TeacherCurvesAt(std::span<const PhoneSegment> segments,
                            double seconds) {
  return CurvesAt(segments, nullptr, seconds);
}

MouthCurves TeacherCurvesAt(std::span<const PhoneSegment> segments,
                            std::span<const PhoneManner> manners,
                            double seconds) {
  return CurvesAt(segments, manners.data(), seconds);
}

const MouthCurves& VisemeTarget(Viseme viseme) { return kTargets[viseme]; }

}  // namespace longtake::worker
