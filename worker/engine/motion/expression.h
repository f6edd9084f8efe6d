#pragma once
// The face around the mouth, for every model of fine motion: a resting smile
// that wanders, brows and squints that follow the key motions.

#include <vector>

#include "worker/engine/motion/fine_motion.h"

namespace longtake::worker {

// Slow wandering of unit deviation.
struct Drift {
  double smile = 0, aside = 0, brow = 0, jaw = 0;
};

// Frames of noise beyond the window that DriftOf needs on both sides.
int DriftReach(FrameRate rate);

// For each of the window's 96 frames; the window's noise_context must be
// DriftReach of its rate.
std::vector<Drift> DriftOf(const FineMotionWindow& window);

// Sets smile, cheeks, squint, brows and wide eyes. `spoken_smile`: what the
// vowels pull the corners of the mouth.
void ShapeExpression(double spoken_smile, const KeyMotionState& key,
                     const Drift& drift, MotionFrame* frame);

}  // namespace longtake::worker
