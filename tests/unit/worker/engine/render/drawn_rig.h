#pragma once
// Rigs of faces drawn from formulas: no photographs needed to test drawing.

#include <memory>

#include "gtest/gtest.h"
#include "tests/unit/worker/engine/rig/drawn_face.h"
#include "worker/engine/rig/fit.h"

namespace longtake::worker {

inline std::shared_ptr<const FaceRig> FitDrawnFace(const DrawnFace& face) {
  auto rig = FitRig(face.Draw(), face.Landmarks(), 1);
  EXPECT_TRUE(rig.ok()) << rig.status();
  return std::make_shared<const FaceRig>(*std::move(rig));
}

// A small face in a frame that is wider than high.
inline DrawnFace SmallFace(DrawnGap gap) {
  DrawnFace face;
  face.width = 400;
  face.height = 320;
  face.iod_px = 56;
  face.origin_x = 190;
  face.origin_y = 120;
  face.gap = gap;
  return face;
}

inline std::shared_ptr<const FaceRig> SmallRig(DrawnGap gap) {
  return FitDrawnFace(SmallFace(gap));
}

}  // namespace longtake::worker
