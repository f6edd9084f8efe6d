#include "coordinator/store/records.h"

#include <algorithm>

namespace longtake::coordinator {

std::string AttemptEndName(AttemptEnd end) {
  switch (end) {
    case AttemptEnd::kCompleted:
      return "completed";
    case AttemptEnd::kFailed:
      return "failed";
    case AttemptEnd::kReleased:
      return "released";
    case AttemptEnd::kExpired:
      return "expired";
    case AttemptEnd::kOutlived:
      return "outlived";
    case AttemptEnd::kCancelled:
      return "cancelled";
    case AttemptEnd::kSuperseded:
      return "superseded";
  }
  return "";
}

const TaskLease* TaskRecord::FindLease(const FencingToken& token) const {
  const auto it = std::find_if(
      leases.begin(), leases.end(), [&token](const TaskLease& lease) {
        return lease.attempt == token.attempt && lease.epoch == token.epoch;
      });
  return it == leases.end() ? nullptr : &*it;
}

const ClosedAttempt* TaskRecord::FindClosed(const FencingToken& token) const {
  const auto it = std::find_if(
      closed.begin(), closed.end(), [&token](const ClosedAttempt& c) {
        return c.attempt == token.attempt && c.epoch == token.epoch;
      });
  return it == closed.end() ? nullptr : &*it;
}

bool Meets(const WorkerOffer& offer, const TaskNeeds& needs) {
  return (needs.pool.empty() || offer.pools.contains(needs.pool)) &&
         offer.gpu_memory_bytes >= needs.gpu_memory_bytes &&
         std::includes(offer.capabilities.begin(), offer.capabilities.end(),
                       needs.capabilities.begin(), needs.capabilities.end());
}

bool Draws(TaskKind kind) {
  return kind == TaskKind::kAnalyzePortrait || kind == TaskKind::kRender;
}

}  // namespace longtake::coordinator
