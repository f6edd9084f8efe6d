#pragma once
// How many tasks of each live job may be in the shared queue. The queue is
// first in, first out within a priority and jobs are topped up at its end, so
// jobs get turns in proportion to their windows: windows are the weights of a
// weighted round robin, and the sum of a priority's windows is one round of it.
//
// Within a priority a round is divided among the tenants by their weights, and
// a tenant's part evenly among its jobs. Priorities are divided apart, because
// a higher one goes first whatever the windows are: what a tenant has there
// should not cost it turns below.
//
// A tenant or job that can't use its part leaves it to the others. What nobody
// can use is divided by weight all the same: a window that is larger than its
// job costs nothing, and lets tasks in that are planned later.
//
// Nobody gets less than one, so a job is never left standing. Where a tenant
// has more jobs than its part has places, the round is lengthened until the
// weights hold again; only at max_total do they give way.

#include <map>
#include <string>
#include <vector>

#include "coordinator/store/records.h"

namespace longtake::coordinator {

struct WindowPolicy {
  // A round has so many tasks for each slot of the farm: enough that workers
  // find the queue filled while it is topped up, few enough that a new job's
  // first turn comes soon.
  int tasks_per_slot = 2;
  int min_total = 64;
  // Of all priorities together, highest first, not counting the one that every
  // job gets. Bounds the queue.
  int max_total = 4096;
};

struct WindowOf {
  std::string job_id;
  int window = 0;
  friend bool operator==(const WindowOf&, const WindowOf&) = default;
};

// One entry for each job of `loads` that is not paused (a paused one keeps the
// window it has), in their order. Weights: 1 for a tenant that is not named;
// one below kMinTenantWeight counts as that. Deterministic, pure.
inline constexpr double kMinTenantWeight = 0.001;
double TenantWeight(const std::map<std::string, double>& weights,
                    const std::string& tenant);
std::vector<WindowOf> FairWindows(
    const std::vector<JobLoad>& loads,
    const std::map<std::string, double>& tenant_weights, int farm_slots,
    const WindowPolicy& policy);

}  // namespace longtake::coordinator
