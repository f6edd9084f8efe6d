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

// [h, w, 3] the photographed interior, each column continued under the lips
// from where it is clear of their blur.
cv::Mat3f GapTexture(const Portrait& portrait, const MouthLine& mouth);
// [h, w] where that texture is used, 0..1: not where it is red like the lips.
cv::Mat1f GapAlpha(const Portrait& portrait, const MouthLine& mouth,
                   const cv::Mat3f& texture, const InteriorColours& colours);
// Whether the photographed teeth are seen on both sides (`alpha` is
// GapAlpha's), not in the middle alone.
bool TeethReachAcross(const Portrait& portrait, const MouthLine& mouth,
                      const cv::Mat1f& alpha);

}  // namespace longtake::worker
