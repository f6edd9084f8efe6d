#pragma once
// The shape of the teeth, tabulated over the distance from the middle of the
// arch. No LibTorch; the same for every rig.

#include <array>
#include <vector>

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

}  // namespace longtake::worker
