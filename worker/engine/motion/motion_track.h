#pragma once
// The explicit motion of a face: 61 channels a frame in the order of Live Link
// Face's CSV. Identity-independent: it can be edited, re-used and moved to
// another portrait.

#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

#include "common/media_time/media_time.h"

namespace longtake::worker {

inline constexpr int kMotionChannels = 61;

// Index of each channel. 0..51 are the ARKit blendshapes in [0, 1]; 52..60 are
// angles in radians. "Left" is the subject's left (image right).
// Yaw > 0 turns the face to the image right, pitch > 0 tips it down,
// roll > 0 turns it clockwise as seen in the image.
// Eye yaw/pitch follow the same signs, relative to the head; EyeLook* say the
// same again, 1 at 30 degrees sideways and 25 degrees up or down.
// MouthClose is a seal: 1 shuts whatever gap the other channels leave, JawOpen
// included (ARKit's is relative to JawOpen; live_link_csv.h converts).
enum MotionChannel : int {
  kEyeBlinkLeft,
  kEyeLookDownLeft,
  kEyeLookInLeft,
  kEyeLookOutLeft,
  kEyeLookUpLeft,
  kEyeSquintLeft,
  kEyeWideLeft,
  kEyeBlinkRight,
  kEyeLookDownRight,
  kEyeLookInRight,
  kEyeLookOutRight,
  kEyeLookUpRight,
  kEyeSquintRight,
  kEyeWideRight,
  kJawForward,
  kJawRight,
  kJawLeft,
  kJawOpen,
  kMouthClose,
  kMouthFunnel,
  kMouthPucker,
  kMouthRight,
  kMouthLeft,
  kMouthSmileLeft,
  kMouthSmileRight,
  kMouthFrownLeft,
  kMouthFrownRight,
  kMouthDimpleLeft,
  kMouthDimpleRight,
  kMouthStretchLeft,
  kMouthStretchRight,
  kMouthRollLower,
  kMouthRollUpper,
  kMouthShrugLower,
  kMouthShrugUpper,
  kMouthPressLeft,
  kMouthPressRight,
  kMouthLowerDownLeft,
  kMouthLowerDownRight,
  kMouthUpperUpLeft,
  kMouthUpperUpRight,
  kBrowDownLeft,
  kBrowDownRight,
  kBrowInnerUp,
  kBrowOuterUpLeft,
  kBrowOuterUpRight,
  kCheekPuff,
  kCheekSquintLeft,
  kCheekSquintRight,
  kNoseSneerLeft,
  kNoseSneerRight,
  kTongueOut,
  kHeadYaw,
  kHeadPitch,
  kHeadRoll,
  kLeftEyeYaw,
  kLeftEyePitch,
  kLeftEyeRoll,
  kRightEyeYaw,
  kRightEyePitch,
  kRightEyeRoll,
};
static_assert(kRightEyeRoll + 1 == kMotionChannels);

// The CSV's column names, "EyeBlinkLeft" … "RightEyeRoll", by channel index.
const std::array<std::string_view, kMotionChannels>& MotionChannelNames();

using MotionFrame = std::array<float, kMotionChannels>;

// Motion of the frames range: frames[i] is absolute frame range.begin + i.
struct MotionTrack {
  FrameRate rate;
  FrameRange range;
  std::vector<MotionFrame> frames;

  const MotionFrame& at(FrameIndex f) const {
    return frames[static_cast<size_t>(f - range.begin)];
  }
};

}  // namespace longtake::worker
