#pragma once
// The eleven curves that describe a speaking mouth: what the teacher draws from
// phones and what the speech network hears in sound. Values in [0, 1].

#include <array>

namespace longtake::worker {

// The order is part of the weights' format.
enum MouthCurve : int {
  kCurveJaw,
  kCurveLipClose,  // 1: the lips are sealed
  kCurveFunnel,
  kCurvePucker,
  kCurveStretch,
  kCurveSmile,
  kCurveRollLower,  // the lower lip under the upper teeth
  kCurvePress,
  kCurveUpperUp,
  kCurveLowerDown,
  kCurveTongue,
};
inline constexpr int kMouthCurves = kCurveTongue + 1;

using MouthCurves = std::array<float, kMouthCurves>;

}  // namespace longtake::worker
