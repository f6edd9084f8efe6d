#include "coordinator/policy/worker_health.h"

#include <algorithm>
#include <cstdint>

namespace longtake::coordinator {
namespace {

constexpr int kMaxDoublings = 30;

WorkerHealth Quarantined(int quarantines_before, absl::Time now,
                         const HealthPolicy& policy) {
  const int doublings = std::clamp(quarantines_before, 0, kMaxDoublings);
  WorkerHealth health;
  health.quarantines = quarantines_before + 1;
  health.quarantined_until =
      now + std::min(policy.longest_quarantine,
                     policy.first_quarantine * (int64_t{1} << doublings));
  return health;
}

}  // namespace

bool IsTheWorkersFault(StatusCode code) {
  switch (code) {
    case StatusCode::kOk:
    case StatusCode::kInvalidArgument:
    case StatusCode::kFailedPrecondition:
    case StatusCode::kDataLoss:
    case StatusCode::kNotFound:
    case StatusCode::kOutOfRange:
    case StatusCode::kUnimplemented:
    case StatusCode::kCancelled:
      return false;
    default:
      return true;
  }
}

WorkerHealth AfterSuccess() { return WorkerHealth(); }

WorkerHealth AfterFailure(const WorkerHealth& health, const std::string& task,
                          StatusCode code, absl::Time now,
                          const HealthPolicy& policy) {
  if (!IsTheWorkersFault(code) || IsQuarantined(health, now)) return health;
  if (health.quarantines > 0) {
    return Quarantined(health.quarantines, now, policy);
  }
  WorkerHealth after = health;
  auto& failed = after.failed_in_a_row;
  if (std::find(failed.begin(), failed.end(), task) == failed.end()) {
    failed.push_back(task);
  }
  if (static_cast<int>(failed.size()) < policy.failures_in_a_row) return after;
  return Quarantined(0, now, policy);
}

bool IsQuarantined(const WorkerHealth& health, absl::Time now) {
  return now < health.quarantined_until;
}

int LeasesAllowed(const WorkerHealth& health, int slots, absl::Time now) {
  if (IsQuarantined(health, now)) return 0;
  return health.quarantines > 0 ? std::min(1, slots) : slots;
}

}  // namespace longtake::coordinator
