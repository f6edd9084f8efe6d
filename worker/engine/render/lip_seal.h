#pragma once
// How the lips meet each other and the teeth: what the mouth does after all
// else has moved it. Pure functions on the displacements of the lips' handles.

#include <array>

#include "worker/engine/rig/face_rig.h"

namespace longtake::worker {

// A row of lip handles: n displacements at positions s along the mouth.
struct LipRow {
  Vec2* d;
  const float* s;
  int n;
  bool upper;
  bool inner;
};
// Upper inner, upper outer, lower inner, lower outer.
using LipRows = std::array<LipRow, 4>;

// The lips' profile along the mouth, 1 in the middle and 0 at the corners.
float LipProfile(float s);

// The lower lip comes up until it leaves no more than a strip of the upper
// teeth. `tuck` in [0, 1]; 0 moves nothing.
void TuckLowerLip(const FaceRig& rig, float tuck, const LipRows& rows);

// Rounded lips meet towards the corners: the opening becomes an ellipse in the
// mouth's middle, as high as it was, and the two `corners` come down to it.
// `round` in [0, 1]; 0 moves nothing.
void RoundOpening(const FaceRig& rig, float round, Vec2* corners,
                  const LipRows& rows);

// Seals whatever gap is left, so it comes last. The lips meet 0.010 IOD past
// each other, so that the seam stays shut between handles. A closure that is
// heard to most of its strength is a whole one: of the gap (1 - close)^2 stays.
// `close` in [0, 1].
void SealLips(const FaceRig& rig, float close, const LipRows& rows);

}  // namespace longtake::worker
