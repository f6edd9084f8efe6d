#pragma once
// When a worker that has rendered a segment may go on with the next one of the
// same job, past the queue: as long as the job holds no more of the farm than
// is fair. That costs one transition instead of two and no queue entry, and the
// worker has the portrait open. Workers beyond a job's share go back to the
// queue, where a new job's first turn comes from, and so do a few of the others
// and those of jobs without a whole slot.

#include <map>
#include <string>
#include <vector>

#include "coordinator/store/records.h"

namespace longtake::coordinator {

// So many of those who may stay ask the queue all the same, by chance, and so
// many more for each task that is no drawing and waits there, by which a job
// begins or ends: as many as renders may stand before it.
inline constexpr double kLeavePart = 0.05;
inline constexpr double kLeaveForSupport = 4;
// Of a job's fair part, while all have about theirs. Without it whoever comes
// from the queue to a job that has its part would be one too many, and leave
// again. Nobody has it while a tenant, or a job, holds less than so much of its
// part and has work waiting: then the others' slack is what it lacks.
inline constexpr double kStaySlack = 1.2;
inline constexpr double kHungryTenant = 0.75, kHungryJob = 0.25;

struct StayShare {
  std::string job_id;
  int priority = 0;
  double slots =
      0;  // of the farm's; at least 1, with the slack where it is given
  friend bool operator==(const StayShare&, const StayShare&) = default;
};

// Jobs of a lower priority share what the higher ones have no work for; those
// of one priority share by their tenants' weights (as in FairWindows), a
// tenant's jobs evenly, and what one has no work for is the others' (max-min
// fairness). Jobs without a whole slot, paused ones and those that
// the workers can't run have no entry. `workers`: those that are live. None has
// a share unless all workers that take work bring the same: else slots that
// some jobs can't use would be counted as theirs. Deterministic, pure.
std::vector<StayShare> StayShares(
    const std::vector<JobLoad>& loads,
    const std::map<std::string, double>& tenant_weights,
    const std::vector<WorkerRecord>& workers);

// Of those who may stay, from 0 to 1.
double StayPart(const std::vector<JobLoad>& loads,
                const std::vector<WorkerRecord>& workers);

}  // namespace longtake::coordinator
