#pragma once
// What a frame's inside of the mouth comes down to: a few numbers. No LibTorch.
// Internal to render; docs/drawing.md, "Mouth".

#include <array>

#include "worker/engine/render/motion_to_handles.h"

namespace longtake::worker {

enum MouthNumber : int {
  kTongueAside,  // added to x, IOD
  kTongueDepth,  // added to t for the depth under the tongue's back, IOD
  kTongueWidth,  // half of it over the softness of its sides
  kTongueLight,  // of its middle, and what its depth adds
  kTongueDeepLight,
  kTongueRound,     // light lost by x squared, negative
  kLowerTeethUp,    // added to t for the height over the lower teeth's edge
  kUpperTeethDown,  // less t: the height under the upper teeth's edge
  kToothGaps,       // darkness between the teeth, 0..1
  kToothTintRed,    // rounded lips shade the teeth behind them
  kToothTintGreen,
  kToothTintBlue,
  kCavityScale,  // of t, and offset: how far down the mouth's inside, 0..1
  kCavityOffset,
  kRoofDark,  // light that the upper lip takes, and what is left of it
  kRoofLight,
  kFloorDark,  // and the lower one
  kFloorLight,
  kSlitDark,  // and the narrowness of an opening
  kSlitLight,
  kPhotoDark,  // of what the upper lip takes, photographed teeth lose
  kPhotoLight,
  kLowerRim,  // how much of the lips' inner side is seen at either edge
  kUpperRim,
  kMouthNumbers,
};
using MouthNumbers = std::array<float, kMouthNumbers>;

// What of a mouth doesn't change from frame to frame: t of the lips' edges at
// the middle and of the incisors' edge.
struct MouthTraits {
  float upper_middle = 0, lower_middle = 0, incisor_edge = 0;
};

MouthNumbers NumbersOf(const FacePose& pose, const MouthTraits& mouth);

// How far rounded lips cover the teeth, IOD.
float TeethCover(const FacePose& pose);

}  // namespace longtake::worker
