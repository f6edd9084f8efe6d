#pragma once
// What the inside of the mouth is made of before any frame is drawn: the shape
// of the teeth over the distance from the middle of the arch, and where the
// photograph shows its own. No LibTorch.

#include <array>
#include <vector>

#include "worker/engine/rig/face_rig.h"

namespace longtake::worker {

// Samples over |x| in [0, kToothReach] IOD.
inline constexpr int kToothSamples = 513;
inline constexpr float kToothReach = 0.5f;

// Rows of the table.
enum ToothRow : int {
  kUpperEdge,    // drop of the upper teeth's edge against the middle, IOD
  kUpperWindow,  // 1 on the upper arch, 0 past its end
  kUpperGap,     // darkness between two teeth, 0..1
  kUpperShade,   // light lost towards the sides
  kGumArc,       // how far the gum comes down between two teeth, IOD
  kLowerEdge,    // drop of the lower teeth's edge against the middle, IOD
  kLowerWindow,
  kLowerShade,  // with the gaps between the lower teeth
  kToothRows,
};

// [kToothRows, kToothSamples], row-major.
std::vector<float> MakeToothTable();

// Where the photographed teeth are used. They go on behind both lips: a lip
// that draws back by a little must not uncover the dark.
// [h, w], 0..1.
Plane TeethAlpha(const FaceRig& rig);

// Weights of a Gaussian blur, odd in number, their sum 1. sigma > 0 in samples.
std::vector<float> BlurTaps(float sigma);

}  // namespace longtake::worker
