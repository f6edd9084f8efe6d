#pragma once
// The one list of a rig's stored fields: writer and reader both walk it, so
// they can't disagree. Internal to rig_file.cc.
//
// An archive has, for (name, value):
//   Size                          height and width of the rig
//   Box                           an eye's box
//   Flag                          a bool
//   Float, Vec, Colour, Marks     a float, Vec2, Rgb, the landmarks
//   Floats, Points (…, list, n)   n floats, n Vec2
//   Levels, Unit, Half (…, plane, height, width)
//                                 colours, 0..1, half-precision planes

#include <string>

#include "worker/engine/rig/face_rig.h"

namespace longtake::worker {

template <typename Archive, typename Eye>
void WalkEye(Archive& a, const std::string& prefix, Eye& eye) {
  a.Box(prefix + "box", eye);
  a.Floats(prefix + "x", eye.x, kEyeSamples);
  a.Floats(prefix + "upper", eye.upper, kEyeSamples);
  a.Floats(prefix + "lower", eye.lower, kEyeSamples);
  a.Float(prefix + "centre_x", eye.centre_x);
  a.Float(prefix + "half_width", eye.half_width);
  a.Vec(prefix + "iris", eye.iris);
  a.Float(prefix + "iris_radius", eye.iris_radius);
  a.Float(prefix + "iris_contrast", eye.iris_contrast);
  a.Levels(prefix + "sclera", eye.sclera, eye.y1 - eye.y0, eye.x1 - eye.x0);
  a.Levels(prefix + "iris_texture", eye.iris_texture, eye.y1 - eye.y0,
           eye.x1 - eye.x0);
  a.Colour(prefix + "crease", eye.crease);
}

template <typename Archive, typename Handles>
void WalkHandles(Archive& a, Handles& h) {
  a.Points("handles.corner", h.corner, 2);
  a.Points("handles.upper_inner", h.upper_inner, kInnerS.size());
  a.Points("handles.upper_outer", h.upper_outer, kOuterS.size());
  a.Points("handles.lower_inner", h.lower_inner, kInnerS.size());
  a.Points("handles.lower_outer", h.lower_outer, kOuterS.size());
  a.Points("handles.nose", h.nose, 9);
  a.Points("handles.jaw", h.jaw, 17);
  a.Points("handles.brow", h.brow, 10);
  a.Points("handles.eye", h.eye, 12);
  a.Points("handles.cheek", h.cheek, 4);
  a.Points("handles.forehead", h.forehead, 10);
  a.Points("handles.still", h.still, 31);
}

template <typename Archive, typename Rig>
void WalkMouth(Archive& a, Rig& rig) {
  a.Vec("mouth_centre", rig.mouth_centre);
  a.Vec("mouth_x", rig.mouth_x);
  a.Vec("mouth_y", rig.mouth_y);
  a.Float("mouth_half_width", rig.mouth_half_width);
  a.Floats("upper_edge", rig.upper_edge, kMouthSamples);
  a.Floats("lower_edge", rig.lower_edge, kMouthSamples);
  a.Flag("shows_teeth", rig.shows_teeth);
  a.Float("incisor_edge_t", rig.incisor_edge_t);
  a.Half("phi_upper", rig.phi_upper, rig.height, rig.width);
  a.Half("phi_lower", rig.phi_lower, rig.height, rig.width);
  a.Unit("gap_alpha", rig.gap_alpha, rig.height, rig.width);
  if (rig.shows_teeth) {
    a.Levels("gap_texture", rig.gap_texture, rig.height, rig.width);
  }
}

// Size first: the planes' shapes follow from it.
template <typename Archive, typename Rig>
void WalkRig(Archive& a, Rig& rig) {
  a.Size("size", rig);
  a.Float("source_scale", rig.source_scale);
  a.Float("iod_px", rig.iod_px);
  a.Vec("origin_px", rig.origin_px);
  a.Vec("ex", rig.ex);
  a.Vec("ey", rig.ey);
  a.Marks("landmarks", rig.landmarks);
  a.Float("softness_px", rig.softness_px);
  WalkMouth(a, rig);
  WalkEye(a, "eyes.0.", rig.eyes[0]);
  WalkEye(a, "eyes.1.", rig.eyes[1]);
  a.Float("chin_y", rig.chin_y);
  a.Float("head_centre_x", rig.head_centre_x);
  a.Float("head_half_width", rig.head_half_width);
  a.Float("head_centre_y", rig.head_centre_y);
  a.Float("head_half_height", rig.head_half_height);
  a.Half("depth", rig.depth, rig.height, rig.width);
  a.Half("head_mask", rig.head_mask, rig.height, rig.width);
  a.Half("expression_mask", rig.expression_mask, rig.height, rig.width);
  a.Levels("image", rig.image, rig.height, rig.width);
  a.Unit("alpha", rig.alpha, rig.height, rig.width);
  a.Levels("plate", rig.plate, rig.height, rig.width);
  a.Colour("skin", rig.skin);
  a.Colour("lip", rig.lip);
  a.Colour("teeth", rig.teeth);
  a.Colour("cavity", rig.cavity);
  a.Colour("tongue", rig.tongue);
  a.Colour("gum", rig.gum);
  a.Float("colourfulness", rig.colourfulness);
  WalkHandles(a, rig.handles);
}

}  // namespace longtake::worker
