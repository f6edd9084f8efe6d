#include "worker/quality/film_plan.h"

#include <algorithm>
#include <cstddef>

namespace longtake::worker {

std::vector<FilmCell> PlanCells(int64_t duration_us, Measure measure) {
  const std::vector<TimeSpan> stretches = PlanStretches(
      duration_us, measure == Measure::kNone ? Measure::kSample : measure);
  // Stretches lie in the middle of equal parts.
  const int64_t count =
      std::max<int64_t>(1, static_cast<int64_t>(stretches.size()));
  std::vector<FilmCell> cells(static_cast<size_t>(count));
  for (int64_t i = 0; i < count; ++i) {
    FilmCell& cell = cells[static_cast<size_t>(i)];
    cell.span = {duration_us * i / count, duration_us * (i + 1) / count};
    if (measure != Measure::kNone && !stretches.empty()) {
      cell.stretch = stretches[static_cast<size_t>(i)];
    }
  }
  cells.front().span.begin_us = INT64_MIN;
  cells.back().span.end_us = INT64_MAX;
  if (duration_us <= 0) return cells;
  const int64_t samples =
      std::clamp(duration_us / kSampleEveryMicros, kLeastSamples, kMostSamples);
  for (int64_t i = 0; i < samples; ++i) {
    const int64_t at = duration_us * (2 * i + 1) / (2 * samples);
    const auto cell =
        std::find_if(cells.begin(), cells.end(),
                     [at](const FilmCell& c) { return at < c.span.end_us; });
    cell->samples_us.push_back(at);
  }
  return cells;
}

}  // namespace longtake::worker
