#include "tools/motion_model/reference/best_path.h"

#include <fmt/core.h>

#include <algorithm>
#include <limits>

namespace longtake::reference {
namespace {

enum class Came : uint8_t { kStayed, kFromBefore, kBypassed };

constexpr double kNever = -std::numeric_limits<double>::infinity();

}  // namespace

StatusOr<BestPath> FindBestPath(std::span<const Node> chain,
                                const DensityTable& densities,
                                float density_weight) {
  const int count = static_cast<int>(chain.size());
  const int frames = densities.frames;
  if (count == 0 || frames == 0) {
    return InvalidArgument("nothing to align: no frames or no phones");
  }
  std::vector<Came> came(static_cast<size_t>(frames) * count, Came::kStayed);
  std::vector<double> score(count, kNever);
  std::vector<double> previous(count);
  for (int n = 0; n < count; ++n) {
    if (!chain[n].may_begin) continue;
    score[n] = density_weight * densities.at(0, chain[n].emission);
  }
  for (int f = 1; f < frames; ++f) {
    std::swap(score, previous);
    for (int n = 0; n < count; ++n) {
      const Node& node = chain[n];
      double best = previous[n] + node.log_stay;
      Came how = Came::kStayed;
      if (n > 0 && previous[n - 1] + chain[n - 1].log_leave > best) {
        best = previous[n - 1] + chain[n - 1].log_leave;
        how = Came::kFromBefore;
      }
      if (const int from = node.bypass_from;
          from >= 0 && previous[from] + chain[from].log_leave > best) {
        best = previous[from] + chain[from].log_leave;
        how = Came::kBypassed;
      }
      score[n] = best + density_weight * densities.at(f, node.emission);
      came[static_cast<size_t>(f) * count + n] = how;
    }
  }
  int at = -1;
  for (int n = 0; n < count; ++n) {
    if (chain[n].may_end && score[n] > kNever &&
        (at < 0 || score[n] > score[at])) {
      at = n;
    }
  }
  if (at < 0) {
    return InvalidArgument(
        fmt::format("{} frames are too few for {} states", frames, count));
  }
  BestPath path{std::vector<int>(frames), score[at]};
  for (int f = frames - 1; f >= 0; --f) {
    path.nodes[f] = at;
    const Came how = came[static_cast<size_t>(f) * count + at];
    if (how == Came::kFromBefore) --at;
    if (how == Came::kBypassed) at = chain[at].bypass_from;
  }
  return path;
}

}  // namespace longtake::reference
