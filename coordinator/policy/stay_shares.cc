#include "coordinator/policy/stay_shares.h"

#include <algorithm>
#include <functional>

#include "coordinator/policy/fair_windows.h"

namespace longtake::coordinator {
namespace {

// Sums of shares are not exact.
constexpr double kRounding = 1e-9;

using Jobs = std::vector<const JobLoad*>;
using Tenants = std::map<std::string, Jobs>;

// Slots of workers that take work; 0 unless they are all alike.
int SlotsOf(const std::vector<WorkerRecord>& workers,
            const WorkerOffer** offer) {
  int slots = 0;
  for (const WorkerRecord& worker : workers) {
    if (worker.draining) continue;
    if (*offer == nullptr) *offer = &worker.offer;
    if (worker.offer != **offer) return 0;
    slots += worker.slots;
  }
  return slots;
}

double WeightOf(const std::map<std::string, double>& weights,
                const std::string& tenant) {
  const auto it = weights.find(tenant);
  return it == weights.end() ? 1 : std::max(kMinTenantWeight, it->second);
}

}  // namespace

std::vector<StayShare> StayShares(
    const std::vector<JobLoad>& loads,
    const std::map<std::string, double>& tenant_weights,
    const std::vector<WorkerRecord>& workers) {
  const WorkerOffer* offer = nullptr;
  double left = SlotsOf(workers, &offer);
  std::map<int, Tenants, std::greater<>> priorities;
  for (const JobLoad& load : loads) {
    if (load.paused || load.draw.total() + load.support.total() == 0 ||
        offer == nullptr || !Meets(*offer, load.draw_needs)) {
      continue;
    }
    priorities[load.priority][load.tenant].push_back(&load);
  }
  std::vector<StayShare> shares;
  for (const auto& [priority, tenants] : priorities) {
    double weights = 0, wanted = 0;
    for (const auto& [tenant, jobs] : tenants) {
      weights += WeightOf(tenant_weights, tenant);
      for (const JobLoad* job : jobs) {
        wanted += job->draw.total() + job->support.total();
      }
    }
    for (const auto& [tenant, jobs] : tenants) {
      const double part = left * WeightOf(tenant_weights, tenant) / weights /
                          static_cast<double>(jobs.size());
      const double slots = kStayPart * part;
      if (slots < 1 - kRounding) continue;
      for (const JobLoad* job : jobs) {
        shares.push_back({job->job_id, priority, slots});
      }
    }
    left = std::max(0.0, left - wanted);
  }
  return shares;
}

}  // namespace longtake::coordinator
