#pragma once
// How fast a running task gets on, and so whether it ends within the time that
// a drain leaves.

#include <cstdint>
#include <optional>

#include "absl/time/time.h"

namespace longtake::worker {

// The first frames come late: a renderer is opened, motion is sampled ahead.
// So pace counts from the first report of progress, once there are this many
// frames since.
inline constexpr int64_t kLeastFramesForPace = 8;

struct TaskPace {
  int64_t total_frames = 0;  // 0: not counted in frames
  int64_t frames_done = 0;
  int64_t frames_at_first = 0;  // done at the first report
  absl::Duration since_first;   // from the first report to the last look
};

// Time a frame takes, by this task's own progress; nothing while too little is
// known.
inline std::optional<absl::Duration> TimePerFrame(const TaskPace& pace) {
  const int64_t frames = pace.frames_done - pace.frames_at_first;
  if (pace.total_frames <= 0 || frames < kLeastFramesForPace) {
    return std::nullopt;
  }
  return pace.since_first / frames;
}

// What is left of the task at its own pace, else at `usual` (of earlier tasks);
// nothing for tasks that are not counted in frames, or where no pace is known.
inline std::optional<absl::Duration> EstimateRemaining(
    const TaskPace& pace, std::optional<absl::Duration> usual) {
  if (pace.total_frames <= 0) return std::nullopt;
  std::optional<absl::Duration> per_frame = TimePerFrame(pace);
  if (!per_frame.has_value()) per_frame = usual;
  const int64_t left = pace.total_frames - pace.frames_done;
  if (left <= 0) return absl::ZeroDuration();
  if (!per_frame.has_value()) return std::nullopt;
  return *per_frame * left;
}

}  // namespace longtake::worker
