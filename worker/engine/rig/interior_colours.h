#pragma once
// The colours that the drawn mouth interior is tinted with, and the interior
// that the photograph itself shows. Internal to worker/engine/rig. Pure; may
// throw cv::Exception.

#include "opencv2/core.hpp"
#include "worker/engine/rig/face_rig.h"
#include "worker/engine/rig/mouth_line.h"
#include "worker/engine/rig/portrait.h"

namespace longtake::worker {

struct InteriorColours {
  cv::Vec3d skin, lip, teeth, cavity, tongue, gum;  // RGB, 0..255
  double colourfulness = 1;
  // Enough of the photograph's own teeth is seen to re-use them.
  bool shows_teeth = false;
  double incisor_edge_t = 0;  // mouth frame
};

InteriorColours MeasureInterior(const Portrait& portrait,
                                const MouthLine& mouth,
                                const RigHandles& handles);

// [h, w] where the photographed interior is used, 0..1.
cv::Mat1f GapAlpha(const Portrait& portrait, const MouthLine& mouth);
// [h, w, 3] that interior, pushed outward so that no lip bleeds in.
cv::Mat3f GapTexture(const Portrait& portrait, const MouthLine& mouth);

}  // namespace longtake::worker
