#pragma once
// Rigs of drawn faces, for the tests of the fit.

#include "gtest/gtest.h"
#include "tests/unit/worker/engine/rig/drawn_face.h"
#include "worker/engine/rig/fit.h"

namespace longtake::worker {

inline FaceRig Fit(const DrawnFace& face) {
  StatusOr<FaceRig> rig = FitRig(face.Draw(), face.Landmarks(), 1.f);
  EXPECT_TRUE(rig.ok()) << rig.status();
  return rig.ok() ? *std::move(rig) : FaceRig();
}

// The rig of DrawnFace(), fitted once.
inline const FaceRig& UsualRig() {
  static const FaceRig* const rig = new FaceRig(Fit(DrawnFace()));
  return *rig;
}

}  // namespace longtake::worker
