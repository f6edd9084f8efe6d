#pragma once
// 0 up to a, 1 from b on, smooth between (Hermite's cubic). Internal to render.

#include <algorithm>

namespace longtake::worker {

inline float SmoothStep(float a, float b, float x) {
  const float t = std::clamp((x - a) / (b - a), 0.f, 1.f);
  return t * t * (3 - 2 * t);
}

}  // namespace longtake::worker
