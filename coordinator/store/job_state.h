#pragma once
// Which steps a job may take. Every store enforces this table; nothing else
// decides it.
//
//   queued -> running -> succeeded
//      |         |-----> failed ----+
//      +---------+-----> cancelled -+-- RetryJob --> queued

#include "common/job/job_view.h"

namespace longtake::coordinator {

constexpr bool IsLegalJobStep(JobState from, JobState to) {
  switch (from) {
    case JobState::kQueued:
      return to == JobState::kRunning || to == JobState::kFailed ||
             to == JobState::kCancelled;
    case JobState::kRunning:
      return to == JobState::kSucceeded || to == JobState::kFailed ||
             to == JobState::kCancelled;
    case JobState::kFailed:
    case JobState::kCancelled:
      return to == JobState::kQueued;
    case JobState::kSucceeded:
      return false;
  }
  return false;
}

// Work of this job may be handed out.
constexpr bool IsLive(JobState state) {
  return state == JobState::kQueued || state == JobState::kRunning;
}

}  // namespace longtake::coordinator
