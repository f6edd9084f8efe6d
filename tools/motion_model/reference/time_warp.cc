#include "tools/motion_model/reference/time_warp.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

namespace longtake::reference {
namespace {

enum class Step : uint8_t { kBoth, kInA, kInB };

float Distance(std::span<const float> x, std::span<const float> y) {
  float sum = 0;
  for (size_t i = 0; i < x.size(); ++i) sum += (x[i] - y[i]) * (x[i] - y[i]);
  return std::sqrt(sum);
}

}  // namespace

std::vector<int> WarpOnto(const Rows& a, const Rows& b, float step_cost) {
  constexpr float kNever = std::numeric_limits<float>::infinity();
  const int n = a.count();
  const int m = b.count();
  std::vector<Step> steps(static_cast<size_t>(n) * m);
  // cost[j + 1] is the cheapest path to the pair (i, j); [0] stands before b.
  std::vector<float> cost(m + 1, kNever);
  std::vector<float> previous(m + 1, kNever);
  for (int i = 0; i < n; ++i) {
    std::swap(cost, previous);
    cost[0] = kNever;
    for (int j = 0; j < m; ++j) {
      float best = i == 0 && j == 0 ? 0.0f : previous[j];
      Step step = Step::kBoth;
      if (previous[j + 1] + step_cost < best) {
        best = previous[j + 1] + step_cost;
        step = Step::kInA;
      }
      if (cost[j] + step_cost < best) {
        best = cost[j] + step_cost;
        step = Step::kInB;
      }
      cost[j + 1] = best + Distance(a.row(i), b.row(j));
      steps[static_cast<size_t>(i) * m + j] = step;
    }
  }
  std::vector<int> onto(n, -1);
  for (int i = n - 1, j = m - 1; i >= 0 && j >= 0;) {
    if (onto[i] < 0) onto[i] = j;
    const Step step = steps[static_cast<size_t>(i) * m + j];
    if (step != Step::kInB) --i;
    if (step != Step::kInA) --j;
  }
  return onto;
}

}  // namespace longtake::reference
