#include "coordinator/schedule/retry_table.h"

#include <algorithm>
#include <cstdint>

namespace longtake::coordinator {
namespace {

// FNV-1a, 64 bits: the same on every machine, unlike abseil's seeded hash.
uint64_t HashOf(const std::string& text) {
  uint64_t hash = 14695981039346656037ULL;
  for (unsigned char c : text) {
    hash ^= c;
    hash *= 1099511628211ULL;
  }
  return hash ^ (hash >> 32);
}

}  // namespace

RetryAction RetryActionFor(StatusCode code) {
  switch (code) {
    case StatusCode::kUnavailable:
    case StatusCode::kAborted:
    case StatusCode::kDeadlineExceeded:
    case StatusCode::kInternal:
    case StatusCode::kUnknown:
    case StatusCode::kCancelled:
      return RetryAction::kAgain;
    case StatusCode::kResourceExhausted:
      return RetryAction::kElsewhere;
    default:
      return RetryAction::kNever;
  }
}

absl::Duration PauseBeforeRetry(const RetryPolicy& policy, int failures,
                                const std::string& job_id,
                                const std::string& task_id) {
  const int doublings = std::clamp(failures - 1, 0, 30);
  const absl::Duration pause = std::min(
      policy.longest_pause, policy.first_pause * (int64_t{1} << doublings));
  const uint64_t hash =
      HashOf(job_id + "/" + task_id + "/" + std::to_string(failures));
  const auto permille = static_cast<int64_t>(750 + hash % 500);
  return pause * permille / 1000;
}

}  // namespace longtake::coordinator
