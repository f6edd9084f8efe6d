#pragma once
// What plan tells: the segments that would be rendered, those that the cache
// has, and how long it would take. Pure.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/job/job_view.h"

namespace longtake::client {

struct TimeEstimate {
  double seconds = 0;
  std::string basis;  // what it was measured on: "2 workers, 512x512, …"
};

struct PlanReport {
  JobView job;                    // a dry run that succeeded
  std::vector<TaskView> renders;  // in order; from_cache where it is there
  std::optional<TimeEstimate> time;
  std::string why_no_time;  // without one
};

inline constexpr char kNothingMeasured[] =
    "so short a sound can't be measured beforehand";
inline constexpr char kFarmUnmeasured[] =
    "how fast a farm is depends on what else it does: not told";

// {"frames", "duration_seconds", "range", "segments", "segments_to_render",
// "segments_from_cache", "frames_to_render", "estimated_seconds" (null where
// there is none), "estimate_basis", "segment_list": [{"segment",
// "begin", "end", "begin_seconds", "end_seconds", "from_cache"}], "warnings"}.
std::string PlanJson(const PlanReport& report);
std::string PlanText(const PlanReport& report);

}  // namespace longtake::client
