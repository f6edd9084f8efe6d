#pragma once
// When a worker that has rendered a segment may go on with the next one of the
// same job, past the queue: as long as the job holds no more of the farm than
// is fair. That costs one transition instead of two and no queue entry, and the
// worker has the portrait open. What goes on like this is bounded by shares
// that leave a part of the farm, and jobs without a whole slot, to the queue: a
// new job's first turn comes from there.

#include <map>
#include <string>
#include <vector>

#include "coordinator/store/records.h"

namespace longtake::coordinator {

// Of the farm's slots; the rest is the queue's in any case.
inline constexpr double kStayPart = 0.9;

struct StayShare {
  std::string job_id;
  int priority = 0;
  double slots = 0;  // at least 1
  friend bool operator==(const StayShare&, const StayShare&) = default;
};

// Jobs of a lower priority share what the higher ones have no work for; those
// of one priority share by their tenants' weights (as in FairWindows), a
// tenant's jobs evenly. Jobs without a whole slot, paused ones and those that
// the workers can't run have no entry. `workers`: those that are live. None has
// a share unless all workers that take work bring the same: else slots that
// some jobs can't use would be counted as theirs. Deterministic, pure.
std::vector<StayShare> StayShares(
    const std::vector<JobLoad>& loads,
    const std::map<std::string, double>& tenant_weights,
    const std::vector<WorkerRecord>& workers);

}  // namespace longtake::coordinator
