#pragma once
// Which steps a task may take. Every store enforces this table; nothing else
// decides it.
//
//   ready -> leased -> succeeded
//     ^        |-----> waiting_retry -> ready
//     |        |-----> failed
//     +--------+  lease expired or given back
//   ready -> succeeded          found in the cache
//   open -> cancelled           the job ended
//   failed, cancelled -> ready  the job is retried
//   succeeded -> ready          the result's blobs are gone, and the job is
//                               retried or heals

#include "common/job/job_view.h"

namespace longtake::coordinator {

constexpr bool IsLegalTaskStep(TaskState from, TaskState to) {
  switch (from) {
    case TaskState::kReady:
      return to == TaskState::kLeased || to == TaskState::kSucceeded ||
             to == TaskState::kCancelled;
    case TaskState::kLeased:
      return to == TaskState::kSucceeded || to == TaskState::kWaitingRetry ||
             to == TaskState::kReady || to == TaskState::kFailed ||
             to == TaskState::kCancelled;
    case TaskState::kWaitingRetry:
      return to == TaskState::kReady || to == TaskState::kCancelled;
    case TaskState::kSucceeded:
    case TaskState::kFailed:
    case TaskState::kCancelled:
      return to == TaskState::kReady;
  }
  return false;
}

// Still to be done.
constexpr bool IsOpen(TaskState state) {
  return state == TaskState::kReady || state == TaskState::kLeased ||
         state == TaskState::kWaitingRetry;
}

}  // namespace longtake::coordinator
