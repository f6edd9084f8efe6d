#include "tools/motion_model/train/varied_teacher.h"

#include <array>
#include <cmath>
#include <vector>

#include "tools/motion_model/train/labels.h"
#include "worker/engine/phonetics/teacher_curves.h"
#include "worker/engine/speech/articulation.h"

namespace longtake::training {
namespace {

using torch::Tensor;
using worker::Articulation;
using worker::kMouthCurves;
using worker::PhoneManner;
using worker::PhoneSegment;

constexpr double kStepSeconds = 0.02;
// Logarithms of what a standard deviation of a speaker's trait, and of a single
// phone, multiply a target by; and of a phone's dominance.
constexpr double kEffortSize = .13, kSpreadSize = .25, kRoundingSize = .2;
constexpr double kPhoneSize = .13, kDominanceSize = .25;

// The trait that moves a curve; -1: none.
int TraitOf(int curve) {
  switch (curve) {
    case worker::kCurveJaw:
    case worker::kCurveUpperUp:
    case worker::kCurveLowerDown:
      return worker::kTraitEffort;
    case worker::kCurveStretch:
    case worker::kCurveSmile:
      return worker::kTraitSpread;
    case worker::kCurveFunnel:
    case worker::kCurvePucker:
      return worker::kTraitRounding;
    default:
      return -1;
  }
}

PhoneManner DrawManner(const Articulation& speaker, Random& random) {
  constexpr std::array<double, worker::kArticulationTraits> kSizes = {
      kEffortSize, kSpreadSize, kRoundingSize};
  std::array<double, worker::kArticulationTraits> factors;
  for (int t = 0; t < worker::kArticulationTraits; ++t) {
    factors[t] =
        std::exp(kSizes[t] * speaker[t] + kPhoneSize * random.Normal());
  }
  PhoneManner manner;
  for (int c = 0; c < kMouthCurves; ++c) {
    const int trait = TraitOf(c);
    if (trait >= 0) manner.target[c] = static_cast<float>(factors[trait]);
  }
  manner.dominance = std::exp(kDominanceSize * random.Normal());
  return manner;
}

std::vector<PhoneSegment> SegmentsOf(const Tensor& phones) {
  const auto row = phones.accessor<int64_t, 1>();
  std::vector<PhoneSegment> segments;
  for (int64_t k = 0; k < row.size(0); ++k) {
    const auto phone = static_cast<worker::PhoneClass>(row[k]);
    const double end = static_cast<double>(k + 1) * kStepSeconds;
    if (!segments.empty() && segments.back().phone == phone) {
      segments.back().end = end;
    } else {
      segments.push_back({end - kStepSeconds, end, phone});
    }
  }
  return segments;
}

// What the variation adds to the row's curves, [steps, 11].
Tensor Difference(const Tensor& phones, const Articulation& speaker,
                  Random& random) {
  const std::vector<PhoneSegment> segments = SegmentsOf(phones);
  std::vector<PhoneManner> manners;
  for (size_t i = 0; i < segments.size(); ++i) {
    manners.push_back(DrawManner(speaker, random));
  }
  Tensor difference = torch::empty({phones.size(0), kMouthCurves});
  auto rows = difference.accessor<float, 2>();
  for (int64_t k = 0; k < rows.size(0); ++k) {
    const double t = (static_cast<double>(k) + .5) * kStepSeconds;
    const auto usual = worker::TeacherCurvesAt(segments, t);
    const auto varied = worker::TeacherCurvesAt(segments, manners, t);
    for (int c = 0; c < kMouthCurves; ++c) rows[k][c] = varied[c] - usual[c];
  }
  return difference;
}

}  // namespace

VariedSpeech Vary(const Batch& batch, Random& random) {
  const torch::NoGradGuard no_grad;
  // Of no consequence where the phone is unknown: there, nothing is taught.
  const Tensor phones =
      batch.phones.masked_fill(batch.phones == kUnknownPhone, worker::kSilence);
  std::vector<Tensor> rows;
  Tensor articulation =
      torch::empty({phones.size(0), worker::kArticulationTraits});
  auto speakers = articulation.accessor<float, 2>();
  for (int64_t r = 0; r < phones.size(0); ++r) {
    Articulation speaker;
    for (int t = 0; t < worker::kArticulationTraits; ++t) {
      speaker[t] = static_cast<float>(random.Normal());
      speakers[r][t] = speaker[t];
    }
    rows.push_back(Difference(phones[r], speaker, random));
  }
  const Tensor varied = (batch.curves + torch::stack(rows)).clamp(0, 1);
  const Tensor measured = (batch.source == kMeasured).flatten(1).any(1);
  return {torch::where(batch.source == kTaught, varied, batch.curves),
          articulation, (~measured).to(torch::kFloat).reshape({-1, 1, 1})};
}

}  // namespace longtake::training
