#include "coordinator/policy/stay_shares.h"

#include <algorithm>
#include <functional>
#include <numeric>

#include "coordinator/policy/fair_windows.h"

namespace longtake::coordinator {
namespace {

// A job that begins or ends wants so much: StayPart sees to its tasks.
constexpr double kSmallPart = 2;
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

// Open tasks: a job could not use more slots at once.
double Wanted(const JobLoad& load) {
  return load.draw.total() + load.support.total();
}

double Held(const JobLoad& load) {
  return load.draw.leased + load.support.leased;
}
bool HasWaiting(const JobLoad& load) {
  return load.draw.ready + load.draw.queued + load.support.ready +
             load.support.queued >
         0;
}

// `parts`: of the tenant's jobs.
bool IsHungry(const Jobs& jobs, const std::vector<double>& parts) {
  double held = 0, part = 0;
  bool waiting = false;
  for (size_t j = 0; j < jobs.size(); ++j) {
    held += Held(*jobs[j]);
    part += parts[j];
    waiting |= HasWaiting(*jobs[j]);
    if (parts[j] > kSmallPart && HasWaiting(*jobs[j]) &&
        Held(*jobs[j]) < kHungryJob * parts[j]) {
      return true;
    }
  }
  return waiting && held < kHungryTenant * part;
}

struct Claim {
  double weight = 1;
  double wanted = 0;
};

// Max-min fair: by weight, and what somebody does not want is shared by the
// others.
std::vector<double> Divide(double slots, const std::vector<Claim>& claims) {
  std::vector<double> given(claims.size(), 0);
  std::vector<size_t> open(claims.size());
  std::iota(open.begin(), open.end(), size_t{0});
  while (!open.empty()) {
    double weights = 0;
    for (const size_t i : open) weights += claims[i].weight;
    const double of_weight = slots / weights;
    const auto is_content = [&](size_t i) {
      return claims[i].wanted <= of_weight * claims[i].weight;
    };
    const auto content =
        std::partition(open.begin(), open.end(), std::not_fn(is_content));
    if (content == open.end()) {
      for (const size_t i : open) given[i] = of_weight * claims[i].weight;
      break;
    }
    for (auto it = content; it != open.end(); ++it) {
      given[*it] = claims[*it].wanted;
      slots -= given[*it];
    }
    open.erase(content, open.end());
  }
  return given;
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
    if (load.paused || Wanted(load) == 0 || offer == nullptr ||
        !Meets(*offer, load.draw_needs)) {
      continue;
    }
    priorities[load.priority][load.tenant].push_back(&load);
  }
  std::vector<StayShare> shares;
  bool hungry = false;
  for (const auto& [priority, tenants] : priorities) {
    std::vector<Claim> claims;
    for (const auto& [tenant, jobs] : tenants) {
      Claim& claim = claims.emplace_back(TenantWeight(tenant_weights, tenant));
      for (const JobLoad* job : jobs) claim.wanted += Wanted(*job);
    }
    const std::vector<double> parts = Divide(left, claims);
    size_t t = 0;
    for (const auto& [tenant, jobs] : tenants) {
      std::vector<Claim> of_jobs;
      for (const JobLoad* job : jobs) of_jobs.push_back({1, Wanted(*job)});
      const std::vector<double> slots = Divide(parts[t], of_jobs);
      left -= parts[t++];
      hungry |= IsHungry(jobs, slots);
      for (size_t j = 0; j < jobs.size(); ++j) {
        // What stays goes past the queue, and so out of order.
        if (slots[j] < 1 - kRounding || jobs[j]->in_order) continue;
        shares.push_back({jobs[j]->job_id, priority, slots[j]});
      }
    }
    left = std::max(0.0, left);
  }
  for (StayShare& share : shares) share.slots *= hungry ? 1 : kStaySlack;
  return shares;
}

double StayPart(const std::vector<JobLoad>& loads,
                const std::vector<WorkerRecord>& workers) {
  const WorkerOffer* offer = nullptr;
  const double slots = SlotsOf(workers, &offer);
  double leave = kLeavePart;
  for (const JobLoad& load : loads) {
    if (load.paused || slots == 0) continue;
    leave +=
        kLeaveForSupport * (load.support.ready + load.support.queued) / slots;
  }
  return std::max(0.0, 1 - leave);
}

}  // namespace longtake::coordinator
