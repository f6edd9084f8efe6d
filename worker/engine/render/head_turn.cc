#include "worker/engine/render/head_turn.h"

#include <cmath>

#include "worker/engine/render/warp_grid.h"

namespace longtake::worker {

HeadTurn MakeHeadTurn(const FacePose& pose) {
  return {std::cos(pose.yaw),    std::sin(pose.yaw),  std::cos(-pose.pitch),
          std::sin(-pose.pitch), std::cos(pose.roll), std::sin(pose.roll)};
}

Vec2 PixelPoint(const FaceRig& rig, Vec2 face) {
  return {
      rig.origin_px.x + rig.iod_px * (face.x * rig.ex.x + face.y * rig.ey.x),
      rig.origin_px.y + rig.iod_px * (face.x * rig.ex.y + face.y * rig.ey.y)};
}

Vec2 HeadShiftPx(const FaceRig& rig, const HeadTurn& turn, Vec2 at) {
  const Vec2 px = PixelPoint(rig, at);
  const float z = SamplePlane(rig.depth, px.x, px.y);
  const float mask = SamplePlane(rig.head_mask, px.x, px.y);
  const float x = at.x - rig.head_centre_x;
  const float y = at.y - (rig.chin_y + kPivotBelowChin);
  const float x1 = x * turn.cos_yaw + z * turn.sin_yaw;
  const float z1 = z * turn.cos_yaw - x * turn.sin_yaw;
  const float y2 = y * turn.cos_pitch - z1 * turn.sin_pitch;
  const float z2 = y * turn.sin_pitch + z1 * turn.cos_pitch;
  const float x3 = x1 * turn.cos_roll - y2 * turn.sin_roll;
  const float y3 = x1 * turn.sin_roll + y2 * turn.cos_roll;
  const float k = (kCameraDistance - z) / (kCameraDistance - z2);
  const float dx = (x3 * k - x) * mask, dy = (y3 * k - y) * mask;
  return {(dx * rig.ex.x + dy * rig.ey.x) * rig.iod_px,
          (dx * rig.ex.y + dy * rig.ey.y) * rig.iod_px};
}

}  // namespace longtake::worker
