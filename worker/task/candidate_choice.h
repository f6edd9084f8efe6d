#pragma once
// Chooses among the renders of each segment so that neighbours fit: the
// cheapest path through the candidates, seam by seam.

#include <functional>
#include <vector>

#include "common/job/job.h"
#include "common/status/status.h"

namespace longtake::worker {

struct CandidateChoice {
  std::vector<int> chosen;       // by segment
  std::vector<SeamScore> seams;  // of the chosen, by join
  // Segments on either side of a seam that fails, rising, each once.
  std::vector<int> failing_segments;
};

// The score of the join between candidate `left` of segment `join` and
// candidate `right` of segment join + 1.
using SeamScorer =
    std::function<StatusOr<SeamScore>(int join, int left, int right)>;

// `candidates`: how many each segment has, at least 1. The scorer is called for
// joins in order, with every pair of a join together, so it needs two segments
// at a time. Best is: fewest failing seams, then fewest warnings, then the
// oldest renders. A seam counts as repaired where the first renders of both
// sides fail and the chosen don't. Pure but for the scorer; its errors are
// returned. InvalidArgument for a segment without candidates.
StatusOr<CandidateChoice> ChooseCandidates(const std::vector<int>& candidates,
                                           const SeamScorer& scorer);

}  // namespace longtake::worker
