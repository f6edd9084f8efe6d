#include "worker/quality/stretches.h"

#include <algorithm>

namespace longtake::worker {

std::vector<TimeSpan> PlanStretches(int64_t duration_us, Measure measure) {
  std::vector<TimeSpan> stretches;
  if (measure == Measure::kNone || duration_us <= 0) return stretches;
  int64_t budget_us = duration_us;
  if (measure == Measure::kSample) {
    budget_us =
        std::min(duration_us, std::clamp(duration_us / 20, kLeastMeasuredMicros,
                                         kMostMeasuredMicros));
  }
  const int64_t count = (budget_us + kStretchMicros - 1) / kStretchMicros;
  const int64_t length_us = budget_us / count;
  for (int64_t i = 0; i < count; ++i) {
    if (budget_us == duration_us) {
      stretches.push_back(
          {duration_us * i / count, duration_us * (i + 1) / count});
      continue;
    }
    const int64_t middle_us = duration_us * (2 * i + 1) / (2 * count);
    stretches.push_back(
        {middle_us - length_us / 2, middle_us - length_us / 2 + length_us});
  }
  return stretches;
}

}  // namespace longtake::worker
