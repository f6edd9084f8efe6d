#pragma once
// Pieces of what was seen and heard of the mouth, to be drawn. Pure.

#include <span>
#include <vector>

#include "worker/quality/lip_sync.h"

namespace longtake::worker {

// So many stretches are kept.
inline constexpr size_t kMostLipCurves = 3;

struct LipCurvePoint {
  double seconds = 0;
  float seen = 0;   // opening, in distances between the eyes; NaN: no picture
  float heard = 0;  // 0..1, 0 where nothing is said
  bool silent = false;
};

struct LipCurve {
  std::vector<LipCurvePoint> points;
};

// Of the stretch that follows its sound worst and of those at the film's
// beginning and end, in order of time. `sync` is of the same stretches.
std::vector<LipCurve> LipCurvesOf(std::span<const SyncStretch> stretches,
                                  const LipSync& sync);

}  // namespace longtake::worker
