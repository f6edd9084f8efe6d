#pragma once
// What is seen between the lips: docs/drawing.md, "Mouth". No LibTorch; the
// same bits on every processor. Internal to render/host.

#include <array>
#include <vector>

#include "worker/engine/render/motion_to_handles.h"
#include "worker/engine/render/mouth_tables.h"
#include "worker/engine/rig/face_rig.h"

namespace longtake::worker::host {

// One row of an opening, `count` pixels; [count] each.
struct InteriorRow {
  const float* x;  // skull: along the mouth and across it, IOD
  const float* t;
  const float* under_upper;        // px below the upper lip's edge
  const float* over_lower;         // px above the lower lip's edge
  const float* opened;             // way of both lips against the skull, px
  const float* teeth[kToothRows];  // the tooth table at |x|
  // The photographed interior, colours 0..255 and its weight.
  const float* photo_rgb[3];
  const float* photo;
  float* rgb[3];  // out, 0..255
};

// What of a portrait shapes the interior.
struct InteriorTraits {
  Rgb cavity{}, tongue{}, teeth{}, gum{}, inner_lip{};
  float iod_px = 0, soft_px = 1;
  float upper_middle = 0, lower_middle = 0;  // t of the edges at s = 0
  float incisor_edge = 0;                    // t

  InteriorTraits() = default;
  explicit InteriorTraits(const FaceRig& rig);
};

// Before the blur.
void DrawInterior(const InteriorTraits& traits, const FacePose& pose,
                  const InteriorRow& row, int count);

// The tooth table [kToothRows, kToothSamples] at |x|: row k to out[k], [count].
void TeethAt(const std::vector<float>& table, const float* x, int count,
             const std::array<float*, kToothRows>& out);

}  // namespace longtake::worker::host
