#include "coordinator/policy/fair_windows.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <queue>
#include <utility>

namespace longtake::coordinator {
namespace {

struct Claim {
  double weight = 1;
  int64_t least = 1;   // given in any case
  int64_t wanted = 1;  // more would not be used
};

// Divides `total` by weight with Webster's method: each place goes to whoever
// is furthest below its share, the first of equals. Unlike largest remainders
// it needs no special case for claims that are bounded on either side, and
// another place never takes one away from anybody.
std::vector<int64_t> Divide(int64_t total, const std::vector<Claim>& claims) {
  std::vector<int64_t> given;
  for (const Claim& claim : claims) {
    given.push_back(claim.least);
    total -= claim.least;
  }
  for (const bool beyond_wanted : {false, true}) {
    using Turn = std::pair<double, size_t>;
    std::priority_queue<Turn, std::vector<Turn>, std::greater<>> turns;
    const auto queue_up = [&](size_t i) {
      if (!beyond_wanted && given[i] >= claims[i].wanted) return;
      const double places = static_cast<double>(given[i]) + 0.5;
      turns.emplace(places / claims[i].weight, i);
    };
    for (size_t i = 0; i < claims.size(); ++i) queue_up(i);
    for (; total > 0 && !turns.empty(); --total) {
      const size_t i = turns.top().second;
      turns.pop();
      ++given[i];
      queue_up(i);
    }
  }
  return given;
}

// What could be in the queue now or soon.
int64_t Waiting(const JobLoad& load) {
  return int64_t{load.draw.ready} + load.draw.queued + load.draw.waiting +
         load.support.ready + load.support.queued + load.support.waiting;
}

using Jobs = std::vector<size_t>;             // indices of loads
using Tenants = std::map<std::string, Jobs>;  // of one priority

// The round at which each tenant's part has a place for each of its jobs.
int64_t RoundForAll(const Tenants& tenants, const std::vector<Claim>& claims,
                    int64_t max_round) {
  double weights = 0;
  for (const Claim& claim : claims) weights += claim.weight;
  double round = 0;
  size_t t = 0;
  for (const auto& [tenant, jobs] : tenants) {
    const auto places = static_cast<double>(jobs.size());
    round = std::max(round, places * weights / claims[t++].weight);
  }
  return static_cast<int64_t>(
      std::ceil(std::min(round, static_cast<double>(max_round))));
}

// The parts of one priority's tenants, in their order.
std::vector<Claim> ClaimsOf(const Tenants& tenants,
                            const std::vector<JobLoad>& loads,
                            const std::map<std::string, double>& weights) {
  std::vector<Claim> claims;
  for (const auto& [tenant, jobs] : tenants) {
    Claim claim{TenantWeight(weights, tenant),
                static_cast<int64_t>(jobs.size()), 0};
    for (size_t i : jobs) {
      claim.wanted += std::max<int64_t>(1, Waiting(loads[i]));
    }
    claims.push_back(claim);
  }
  return claims;
}

}  // namespace

double TenantWeight(const std::map<std::string, double>& weights,
                    const std::string& tenant) {
  const auto it = weights.find(tenant);
  return it == weights.end() ? 1 : std::max(kMinTenantWeight, it->second);
}

std::vector<WindowOf> FairWindows(
    const std::vector<JobLoad>& loads,
    const std::map<std::string, double>& tenant_weights, int farm_slots,
    const WindowPolicy& policy) {
  std::map<int, Tenants, std::greater<>> priorities;
  for (size_t i = 0; i < loads.size(); ++i) {
    if (loads[i].paused) continue;
    priorities[loads[i].priority][loads[i].tenant].push_back(i);
  }
  const int64_t usual = std::max<int64_t>(
      policy.min_total, int64_t{policy.tasks_per_slot} * farm_slots);
  int64_t left = policy.max_total;
  std::vector<int64_t> windows(loads.size(), 0);
  for (const auto& [priority, tenants] : priorities) {
    const auto claims = ClaimsOf(tenants, loads, tenant_weights);
    const int64_t round = std::min(
        left, std::max(usual, RoundForAll(tenants, claims, policy.max_total)));
    left -= round;
    const std::vector<int64_t> parts = Divide(round, claims);
    size_t t = 0;
    for (const auto& [tenant, jobs] : tenants) {
      std::vector<Claim> of_jobs;
      for (size_t i : jobs) of_jobs.push_back({1, 1, Waiting(loads[i])});
      const std::vector<int64_t> shares = Divide(parts[t++], of_jobs);
      for (size_t j = 0; j < jobs.size(); ++j) windows[jobs[j]] = shares[j];
    }
  }
  std::vector<WindowOf> result;
  for (size_t i = 0; i < loads.size(); ++i) {
    if (loads[i].paused) continue;
    result.push_back({loads[i].job_id, static_cast<int>(windows[i])});
  }
  return result;
}

}  // namespace longtake::coordinator
