#pragma once
// The shapes that a speaking mouth takes, and the way back to them. Nothing in
// a network's eleven outputs says that they go together: a half-open jaw, tight
// lips and a pout may each be likely and no mouth look so. Curves far from
// every frame that the teacher draws are pulled towards those near them, as
// GeneFace++ does with its locally linear embedding of landmarks (Ye et al.,
// "GeneFace++: Generalized and Stable Real-Time Audio-Driven 3D Talking Face
// Generation", 2023; Saul and Roweis, "Think Globally, Fit Locally", 2003).
//
// A frame's result depends on that frame alone: the same bits wherever a
// computation begins.

#include <vector>

#include "worker/engine/phonetics/mouth_curves.h"

namespace longtake::worker {

// Immutable, thread-safe.
class MouthManifold {
 public:
  // Draws phones and their lengths from a fixed seed, lets the teacher say
  // them, and keeps frames that lie far from one another. About 10 ms.
  MouthManifold();

  // Curves nearer than kFree to their reconstruction from the nearest frames
  // are left; further than kFar they become it. The seal of the lips is never
  // changed: closures have rules of their own.
  void Pull(MouthCurves* curves) const;

  // Where the nearest frames, weighted by least squares, come closest to
  // `curves`; weights sum to 1.
  MouthCurves Reconstruct(const MouthCurves& curves) const;

  const std::vector<MouthCurves>& frames() const { return frames_; }

 private:
  std::vector<MouthCurves> frames_;
};

// Euclidean distances over the eleven curves. Of the frames that the teacher
// draws for recorded Italian and Russian, 99.9 % lie within 0.16 and all within
// 0.21.
inline constexpr double kManifoldFree = 0.16, kManifoldFar = 0.40;

}  // namespace longtake::worker
