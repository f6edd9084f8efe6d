#include "tools/motion_model/train/labels.h"

#include <cmath>

#include "tools/motion_model/curve_file.h"
#include "worker/engine/audio/hop_spectrum.h"
#include "worker/engine/phonetics/phones.h"
#include "worker/engine/phonetics/teacher_curves.h"
#include "worker/engine/speech/speech_net.h"

namespace longtake::training {
namespace {

using worker::kMouthCurves;
using worker::PhoneSegment;

// Seconds of the centre of a step.
double StepCentre(int64_t step) {
  return (static_cast<double>(worker::kHopsPerStep * step) + 0.5) /
         static_cast<double>(worker::kHopsPerSecond);
}

void Teach(const std::vector<PhoneSegment>& segments, Labels* labels) {
  auto phones = labels->phones.accessor<uint8_t, 1>();
  auto rows = labels->curves.accessor<float, 2>();
  labels->phones.fill_(worker::kSilence);
  labels->source.fill_(kTaught);
  size_t segment = 0;
  for (int64_t k = 0; k < phones.size(0); ++k) {
    const double t = StepCentre(k);
    while (segment + 1 < segments.size() && segments[segment].end <= t) {
      ++segment;
    }
    if (t >= segments[segment].begin && t < segments[segment].end) {
      phones[k] = static_cast<uint8_t>(segments[segment].phone);
    }
    const worker::MouthCurves row = worker::TeacherCurvesAt(segments, t);
    for (int c = 0; c < kMouthCurves; ++c) rows[k][c] = row[c];
  }
}

void Measure(std::span<const worker::MouthCurves> measured,
             const LabelTime& time, Labels* labels) {
  auto rows = labels->curves.accessor<float, 2>();
  auto source = labels->source.accessor<uint8_t, 2>();
  for (int64_t k = 0; k < rows.size(0); ++k) {
    const worker::MouthCurves seen = motion_tools::CurvesAt(
        measured, (StepCentre(k) - time.margin) / time.factor);
    for (int c = 0; c < kMouthCurves; ++c) {
      if (std::isnan(seen[c])) continue;
      rows[k][c] = seen[c];
      source[k][c] = kMeasured;
    }
  }
}

}  // namespace

Labels LabelSteps(const std::vector<PhoneSegment>& phones,
                  std::span<const worker::MouthCurves> measured,
                  const LabelTime& time, int64_t steps) {
  Labels labels;
  labels.phones = torch::full({steps}, kUnknownPhone, torch::kUInt8);
  labels.curves = torch::zeros({steps, kMouthCurves});
  labels.source = torch::full({steps, kMouthCurves}, kUnknown, torch::kUInt8);
  if (!phones.empty()) Teach(phones, &labels);
  if (!measured.empty()) Measure(measured, time, &labels);
  labels.curves = labels.curves.to(torch::kHalf);
  return labels;
}

}  // namespace longtake::training
