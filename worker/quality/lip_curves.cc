#include "worker/quality/lip_curves.h"

#include <set>

#include "worker/quality/sync_series.h"

namespace longtake::worker {
namespace {

// First, last, and the one of those with speech that follows worst.
std::set<size_t> Choose(const LipSync& sync) {
  std::set<size_t> chosen;
  const StretchSync* worst = nullptr;
  for (const StretchSync& own : sync.stretches) {
    if (!own.opening_r) continue;
    if (worst == nullptr || *own.opening_r < *worst->opening_r) worst = &own;
  }
  if (worst != nullptr) {
    chosen.insert(static_cast<size_t>(worst - sync.stretches.data()));
  }
  for (const size_t i : {size_t{0}, sync.stretches.size() - 1}) {
    if (chosen.size() < kMostLipCurves) chosen.insert(i);
  }
  return chosen;
}

}  // namespace

std::vector<LipCurve> LipCurvesOf(std::span<const SyncStretch> stretches,
                                  const LipSync& sync) {
  std::vector<LipCurve> curves;
  if (stretches.empty() || sync.stretches.size() != stretches.size()) {
    return curves;
  }
  for (const size_t i : Choose(sync)) {
    const SyncStretch& stretch = stretches[i];
    if (stretch.seen.empty()) continue;
    LipCurve& curve = curves.emplace_back();
    for (const HeardMouth& heard : stretch.heard) {
      if (heard.seconds < stretch.seen.front().seconds ||
          heard.seconds > stretch.seen.back().seconds) {
        continue;
      }
      LipCurvePoint point;
      point.seconds = heard.seconds;
      point.seen = static_cast<float>(OpeningAt(stretch.seen, heard.seconds));
      point.silent = heard.silence >= kLikely;
      point.heard = point.silent ? 0 : heard.opening;
      curve.points.push_back(point);
    }
  }
  return curves;
}

}  // namespace longtake::worker
