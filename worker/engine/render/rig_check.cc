#include "worker/engine/render/rig_check.h"

#include <fmt/format.h>

#include <vector>

namespace longtake::worker {
namespace {

Status CheckSize(size_t have, size_t want, const char* what) {
  if (have == want) return OkStatus();
  return InvalidArgument(
      fmt::format("rig: {} has {} entries, need {}", what, have, want));
}

Status CheckPlane(const Plane& p, int w, int h, int c, const char* what) {
  if (p.width == w && p.height == h && p.channels == c &&
      p.data.size() == static_cast<size_t>(w) * h * c) {
    return OkStatus();
  }
  return InvalidArgument(fmt::format("rig: plane {} is {}x{}x{}, need {}x{}x{}",
                                     what, p.width, p.height, p.channels, w, h,
                                     c));
}

Status CheckEye(const RigEye& eye) {
  if (eye.x1 <= eye.x0 || eye.y1 <= eye.y0 || eye.half_width <= 0) {
    return InvalidArgument("rig: empty eye box");
  }
  const int w = eye.x1 - eye.x0, h = eye.y1 - eye.y0;
  for (const Status& s :
       {CheckSize(eye.x.size(), kEyeSamples, "eye x"),
        CheckSize(eye.upper.size(), kEyeSamples, "eye upper"),
        CheckSize(eye.lower.size(), kEyeSamples, "eye lower"),
        CheckPlane(eye.sclera, w, h, 3, "sclera"),
        CheckPlane(eye.iris_texture, w, h, 3, "iris_texture")}) {
    if (!s.ok()) return s;
  }
  return OkStatus();
}

}  // namespace

Status CheckRig(const FaceRig& rig) {
  const int w = rig.width, h = rig.height;
  if (w < 16 || h < 16 || rig.iod_px <= 0 || rig.mouth_half_width <= 0) {
    return InvalidArgument(fmt::format(
        "rig: {}x{} px, {} px between the eyes, mouth half-width {}: all must "
        "be positive and the frame at least 16x16",
        w, h, rig.iod_px, rig.mouth_half_width));
  }
  const RigHandles& k = rig.handles;
  for (const Status& s :
       {CheckSize(rig.upper_edge.size(), kMouthSamples, "upper_edge"),
        CheckSize(rig.lower_edge.size(), kMouthSamples, "lower_edge"),
        CheckSize(k.corner.size(), 2, "handles.corner"),
        CheckSize(k.upper_inner.size(), 9, "handles.upper_inner"),
        CheckSize(k.upper_outer.size(), 5, "handles.upper_outer"),
        CheckSize(k.lower_inner.size(), 9, "handles.lower_inner"),
        CheckSize(k.lower_outer.size(), 5, "handles.lower_outer"),
        CheckSize(k.nose.size(), 9, "handles.nose"),
        CheckSize(k.jaw.size(), 17, "handles.jaw"),
        CheckSize(k.brow.size(), 10, "handles.brow"),
        CheckSize(k.eye.size(), 12, "handles.eye"),
        CheckSize(k.cheek.size(), 4, "handles.cheek"),
        CheckSize(k.forehead.size(), 10, "handles.forehead"),
        CheckPlane(rig.phi_upper, w, h, 1, "phi_upper"),
        CheckPlane(rig.phi_lower, w, h, 1, "phi_lower"),
        CheckPlane(rig.depth, w, h, 1, "depth"),
        CheckPlane(rig.head_mask, w, h, 1, "head_mask"),
        CheckPlane(rig.expression_mask, w, h, 1, "expression_mask"),
        CheckPlane(rig.image, w, h, 3, "image"),
        CheckPlane(rig.alpha, w, h, 1, "alpha"),
        CheckPlane(rig.plate, w, h, 3, "plate"),
        CheckEye(rig.eyes[0]),
        CheckEye(rig.eyes[1])}) {
    if (!s.ok()) return s;
  }
  if (!rig.shows_teeth) return OkStatus();
  if (Status s = CheckPlane(rig.gap_alpha, w, h, 1, "gap_alpha"); !s.ok()) {
    return s;
  }
  return CheckPlane(rig.gap_texture, w, h, 3, "gap_texture");
}

}  // namespace longtake::worker
