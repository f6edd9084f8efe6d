#pragma once
// How fast this machine rendered: kept beside the cache by every render, read
// by plan. Measured on the tasks of real jobs, never guessed.
//
// The file is JSON: {"rates": [{"engine", "numerics_class", "width", "height",
// "preset", "workers", "frames", "render_micros", "take_frames",
// "assemble_micros"}]}, one entry for each setup, the latest measurement.
// render_micros is what workers spent on `frames` in sum, while so many worked
// side by side.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/job/job_view.h"
#include "common/status/status.h"

namespace longtake::client {

// What a rate depends on.
struct RateSetup {
  std::string engine;  // name and version
  std::string numerics_class;
  int width = 0, height = 0;
  std::string preset;
  int workers = 0;
  friend bool operator==(const RateSetup&, const RateSetup&) = default;
};

struct RenderRate {
  int64_t frames = 0;
  int64_t render_micros = 0;
  int64_t take_frames = 0;  // 0: no assembly was measured
  int64_t assemble_micros = 0;
};

// Fewer rendered frames than this are no measurement.
inline constexpr int64_t kLeastRateFrames = 30;

// From all tasks of a job that succeeded; nullopt where too little was rendered
// to tell. What came from the cache, and failed attempts, don't count.
std::optional<RenderRate> MeasuredRate(const std::vector<TaskView>& tasks,
                                       int64_t take_frames);

// Seconds until `segments` (frames each, in the order they go out) are rendered
// by so many workers at once and `take_frames` are assembled.
double EstimateSeconds(const RenderRate& rate,
                       const std::vector<int64_t>& segments, int workers,
                       int64_t take_frames);

// The rate kept in the cache directory for a setup; nullopt: none was measured,
// or the file can't be read.
std::optional<RenderRate> FindRate(const std::string& cache_dir,
                                   const RateSetup& setup);
// Replaces it. An assembly that was not measured keeps its older figures.
Status KeepRate(const std::string& cache_dir, const RateSetup& setup,
                const RenderRate& rate);

}  // namespace longtake::client
