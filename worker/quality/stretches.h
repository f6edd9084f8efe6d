#pragma once
// Which parts of a film are looked at. Pure.

#include <cstdint>
#include <vector>

namespace longtake::worker {

struct TimeSpan {
  int64_t begin_us = 0, end_us = 0;
  friend bool operator==(const TimeSpan&, const TimeSpan&) = default;
};

enum class Measure {
  kNone,
  kSample,  // parts spread over the film
  kAll,
};

// What kSample measures of a film: a twentieth, but this much at least and at
// most. Drawing a second of film costs about three times as much as measuring
// one, so the most adds under 2 % to a job of 45 minutes.
inline constexpr int64_t kLeastMeasuredMicros = 20'000'000;
inline constexpr int64_t kMostMeasuredMicros = 120'000'000;
// A stretch holds a few sentences: enough for an offset of its own.
inline constexpr int64_t kStretchMicros = 8'000'000;

// In order of time, none longer than kStretchMicros; at even distances, the
// first and the last as far from the film's ends as half of that. Where all is
// measured they meet.
std::vector<TimeSpan> PlanStretches(int64_t duration_us, Measure measure);

}  // namespace longtake::worker
