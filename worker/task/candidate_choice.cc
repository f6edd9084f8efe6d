#include "worker/task/candidate_choice.h"

#include <cstdint>
#include <optional>
#include <tuple>
#include <utility>

#include "fmt/format.h"

namespace longtake::worker {
namespace {

struct Cost {
  int64_t fails = 0;
  int64_t warnings = 0;
  int64_t age = 0;  // sum of generations chosen
  friend bool operator<(const Cost& a, const Cost& b) {
    return std::tie(a.fails, a.warnings, a.age) <
           std::tie(b.fails, b.warnings, b.age);
  }
};

// The best way to end at one candidate of a segment.
struct Step {
  Cost cost;
  int from = 0;  // candidate of the segment before
  SeamScore seam;
};

Cost Extend(const Cost& cost, const SeamScore& seam, int candidate) {
  return {cost.fails + (seam.verdict == SeamVerdict::kFail ? 1 : 0),
          cost.warnings + (seam.verdict == SeamVerdict::kWarn ? 1 : 0),
          cost.age + candidate};
}

// The steps to each of `count` candidates of segment join + 1.
StatusOr<std::vector<Step>> NextSteps(const std::vector<Step>& before, int join,
                                      int count, const SeamScorer& scorer) {
  std::vector<std::optional<Step>> best(count);
  bool first_failed = false;
  for (int left = 0; left < static_cast<int>(before.size()); ++left) {
    for (int right = 0; right < count; ++right) {
      LT_ASSIGN_OR_RETURN(SeamScore seam, scorer(join, left, right));
      if (left == 0 && right == 0) {
        first_failed = seam.verdict == SeamVerdict::kFail;
      }
      seam.repaired = first_failed && seam.verdict != SeamVerdict::kFail;
      const Cost cost = Extend(before[left].cost, seam, right);
      if (!best[right].has_value() || cost < best[right]->cost) {
        best[right] = Step{cost, left, seam};
      }
    }
  }
  std::vector<Step> steps;
  for (auto& step : best) steps.push_back(*std::move(step));
  return steps;
}

int Cheapest(const std::vector<Step>& steps) {
  int best = 0;
  for (int i = 1; i < static_cast<int>(steps.size()); ++i) {
    if (steps[i].cost < steps[best].cost) best = i;
  }
  return best;
}

}  // namespace

StatusOr<CandidateChoice> ChooseCandidates(const std::vector<int>& candidates,
                                           const SeamScorer& scorer) {
  const int segments = static_cast<int>(candidates.size());
  for (int i = 0; i < segments; ++i) {
    if (candidates[i] < 1) {
      return InvalidArgument(fmt::format("segment {} has no render", i));
    }
  }
  CandidateChoice choice;
  if (segments == 0) return choice;
  std::vector<std::vector<Step>> path(segments);
  for (int c = 0; c < candidates[0]; ++c) path[0].push_back({{0, 0, c}, 0, {}});
  for (int i = 1; i < segments; ++i) {
    LT_ASSIGN_OR_RETURN(path[i],
                        NextSteps(path[i - 1], i - 1, candidates[i], scorer));
  }
  choice.chosen.resize(segments);
  choice.seams.resize(segments - 1);
  int at = Cheapest(path.back());
  for (int i = segments - 1; i >= 0; --i) {
    choice.chosen[i] = at;
    if (i > 0) choice.seams[i - 1] = path[i][at].seam;
    at = path[i][at].from;
  }
  for (int join = 0; join < segments - 1; ++join) {
    if (choice.seams[join].verdict != SeamVerdict::kFail) continue;
    for (int segment : {join, join + 1}) {
      if (choice.failing_segments.empty() ||
          choice.failing_segments.back() < segment) {
        choice.failing_segments.push_back(segment);
      }
    }
  }
  return choice;
}

}  // namespace longtake::worker
