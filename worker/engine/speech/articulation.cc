#include "worker/engine/speech/articulation.h"

namespace longtake::worker {
namespace {

// Of each emotion at full strength, in the order of Emotion.
constexpr std::array<Articulation, kEmotionCount> kManners = {{
    // effort spread rounding
    {0, 0, 0},          // neutral
    {.6f, .8f, -.6f},   // happy
    {-1.f, -.4f, 0},    // sad
    {1.f, .4f, .3f},    // angry
    {.7f, 0, .4f},      // surprised
    {.4f, .6f, -.3f},   // fearful
    {0, .3f, -.2f},     // disgusted
    {-.3f, .2f, -.2f},  // contempt
}};

}  // namespace

Articulation ArticulationOf(const EmotionWeights& emotion) {
  Articulation sum{};
  for (int e = 0; e < kEmotionCount; ++e) {
    for (int t = 0; t < kArticulationTraits; ++t) {
      sum[t] += static_cast<float>(emotion[e]) * kManners[e][t];
    }
  }
  return sum;
}

}  // namespace longtake::worker
