#pragma once
// How speakers differ when they say the same phones: what the mouth's diffusion
// is conditioned on beside the sound, and what an emotion does to it.

#include <array>

#include "worker/engine/guides/emotion.h"

namespace longtake::worker {

// The order is part of the weights' format.
enum ArticulationTrait : int {
  kTraitEffort,    // how far jaw and lips open
  kTraitSpread,    // how far the corners go aside
  kTraitRounding,  // how far the lips go forward
};
inline constexpr int kArticulationTraits = kTraitRounding + 1;

// In standard deviations among speakers; 0 is the usual one.
using Articulation = std::array<float, kArticulationTraits>;

// Linear in the weights. Chosen by reasoning, not measured: anger, surprise and
// joy articulate strongly, sadness weakly, and a smile spreads the lips.
Articulation ArticulationOf(const EmotionWeights& emotion);

}  // namespace longtake::worker
