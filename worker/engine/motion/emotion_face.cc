// Action units by emotion: Ekman and Friesen's EMFACS and the prototypes of the
// FACS Investigator's Guide (Ekman, Friesen and Hager 2002, table 10-1); from
// units to ARKit's blendshapes by what their names show: 1 BrowInnerUp,
// 2 BrowOuterUp, 4 BrowDown, 5 EyeWide, 6 CheekSquint, 7 EyeSquint,
// 9 NoseSneer, 10 MouthUpperUp, 12 MouthSmile, 14 MouthDimple, 15 MouthFrown,
// 16 MouthLowerDown, 17 MouthShrugLower, 20 MouthStretch, 23 and 24 MouthPress,
// 26 JawOpen. Sizes are those of a face in conversation, not of an actor's
// pose, found by looking at rendered portraits.
#include "worker/engine/motion/emotion_face.h"

#include <algorithm>
#include <vector>

namespace longtake::worker {
namespace {

struct Unit {
  MotionChannel channel;
  float size;  // at weight 1
};
using Units = std::vector<Unit>;

// Both sides alike.
void Pair(MotionChannel left, MotionChannel right, float size, Units* units) {
  units->push_back({left, size});
  units->push_back({right, size});
}

struct FaceOfEmotion {
  Units units;
  // Share of the face's own resting smile that is taken away.
  float unsmile = 0;
  EmotionManner manner;
};

FaceOfEmotion Happy() {  // 6 + 12
  FaceOfEmotion face;
  Pair(kMouthSmileLeft, kMouthSmileRight, 1.0f, &face.units);
  Pair(kCheekSquintLeft, kCheekSquintRight, 1.0f, &face.units);
  Pair(kEyeSquintLeft, kEyeSquintRight, 0.38f, &face.units);
  Pair(kMouthDimpleLeft, kMouthDimpleRight, 0.40f, &face.units);
  Pair(kBrowOuterUpLeft, kBrowOuterUpRight, 0.10f, &face.units);
  face.manner = {-0.8, 0, 1.1, 1};
  return face;
}

FaceOfEmotion Sad() {  // 1 + 4 + 15 + 17
  FaceOfEmotion face;
  face.units = {{kBrowInnerUp, 1.0f}, {kMouthShrugLower, 0.40f}};
  Pair(kBrowDownLeft, kBrowDownRight, 0.22f, &face.units);
  Pair(kMouthFrownLeft, kMouthFrownRight, 0.95f, &face.units);
  Pair(kEyeSquintLeft, kEyeSquintRight, 0.28f, &face.units);
  face.unsmile = 1;
  face.manner = {3.5, 0.6, 0.6, 0.9};
  return face;
}

FaceOfEmotion Angry() {  // 4 + 5 + 7 + 23
  FaceOfEmotion face;
  face.units = {{kJawForward, 0.30f}, {kMouthRollUpper, 0.25f}};
  Pair(kBrowDownLeft, kBrowDownRight, 1.0f, &face.units);
  Pair(kEyeSquintLeft, kEyeSquintRight, 0.55f, &face.units);
  Pair(kEyeWideLeft, kEyeWideRight, 0.15f, &face.units);
  Pair(kNoseSneerLeft, kNoseSneerRight, 0.45f, &face.units);
  Pair(kMouthPressLeft, kMouthPressRight, 0.55f, &face.units);
  Pair(kMouthFrownLeft, kMouthFrownRight, 0.55f, &face.units);
  face.unsmile = 1;
  face.manner = {1.8, 0, 1.1, 0.8};
  return face;
}

FaceOfEmotion Surprised() {  // 1 + 2 + 5 + 26
  FaceOfEmotion face;
  face.units = {{kBrowInnerUp, 0.95f}, {kJawOpen, 0.16f}};
  Pair(kBrowOuterUpLeft, kBrowOuterUpRight, 1.0f, &face.units);
  Pair(kEyeWideLeft, kEyeWideRight, 0.95f, &face.units);
  face.unsmile = 0.6f;
  face.manner = {-2.5, 0, 1, 0.75};
  return face;
}

FaceOfEmotion Fearful() {  // 1 + 2 + 4 + 5 + 20 + 26
  FaceOfEmotion face;
  face.units = {{kBrowInnerUp, 1.0f}, {kJawOpen, 0.07f}};
  Pair(kBrowOuterUpLeft, kBrowOuterUpRight, 0.25f, &face.units);
  Pair(kBrowDownLeft, kBrowDownRight, 0.25f, &face.units);
  Pair(kEyeWideLeft, kEyeWideRight, 0.90f, &face.units);
  Pair(kMouthStretchLeft, kMouthStretchRight, 0.50f, &face.units);
  Pair(kMouthFrownLeft, kMouthFrownRight, 0.40f, &face.units);
  Pair(kMouthLowerDownLeft, kMouthLowerDownRight, 0.10f, &face.units);
  face.unsmile = 1;
  face.manner = {-1.2, 0, 0.8, kMaxBlinkFactor};
  return face;
}

FaceOfEmotion Disgusted() {  // 9 + 10 + 15 + 17, with 4 and 7 that 9 brings
  FaceOfEmotion face;
  face.units = {{kMouthShrugLower, 0.20f}};
  Pair(kNoseSneerLeft, kNoseSneerRight, 1.0f, &face.units);
  Pair(kMouthUpperUpLeft, kMouthUpperUpRight, 0.32f, &face.units);
  Pair(kBrowDownLeft, kBrowDownRight, 0.55f, &face.units);
  Pair(kEyeSquintLeft, kEyeSquintRight, 0.45f, &face.units);
  Pair(kCheekSquintLeft, kCheekSquintRight, 0.30f, &face.units);
  Pair(kMouthFrownLeft, kMouthFrownRight, 0.60f, &face.units);
  face.unsmile = 1;
  face.manner = {-1.0, -1.0, 0.9, 1.1};
  return face;
}

FaceOfEmotion Contempt() {  // 12 + 14, on one side
  FaceOfEmotion face;
  face.units = {{kMouthSmileLeft, 0.60f},
                {kMouthDimpleLeft, 0.85f},
                {kCheekSquintLeft, 0.25f},
                {kBrowOuterUpRight, 0.45f}};
  Pair(kEyeSquintLeft, kEyeSquintRight, 0.25f, &face.units);
  face.unsmile = 0.6f;
  face.manner = {-2.0, 1.2, 0.9, 0.9};
  return face;
}

const std::array<FaceOfEmotion, kEmotionCount>& Faces() {
  static const auto& faces = *new std::array<FaceOfEmotion, kEmotionCount>{
      FaceOfEmotion(), Happy(),   Sad(),       Angry(),
      Surprised(),     Fearful(), Disgusted(), Contempt()};
  return faces;
}

// What pulls the corners of the mouth; rounded lips hold them.
bool IsCorner(MotionChannel c) {
  return (c >= kMouthSmileLeft && c <= kMouthStretchRight);
}
constexpr float kHeldByRounding = 0.6f;

// What would part sealed lips.
bool Parts(MotionChannel c) {
  return c == kJawOpen || (c >= kMouthLowerDownLeft && c <= kMouthUpperUpRight);
}

}  // namespace

void AddEmotion(const EmotionWeights& weights, double strength,
                MotionFrame* frame) {
  MotionFrame& f = *frame;
  const float open = 1 - f[kMouthClose];
  const float loose =
      1 - kHeldByRounding * std::min(1.f, f[kMouthPucker] + f[kMouthFunnel]);
  float smile = 1;
  for (int e = 1; e < kEmotionCount; ++e) {
    smile -= static_cast<float>(std::min(weights[e] * strength, 1.0)) *
             Faces()[e].unsmile;
  }
  smile = std::max(smile, 0.f);
  for (MotionChannel c : {kMouthSmileLeft, kMouthSmileRight, kCheekSquintLeft,
                          kCheekSquintRight}) {
    f[c] *= smile;
  }
  for (int e = 1; e < kEmotionCount; ++e) {
    if (weights[e] <= 0) continue;
    const float weight = static_cast<float>(weights[e] * strength);
    for (const Unit& unit : Faces()[e].units) {
      const float room = Parts(unit.channel)      ? open
                         : IsCorner(unit.channel) ? loose
                                                  : 1;
      f[unit.channel] += weight * unit.size * room;
    }
  }
}

EmotionManner MannerOf(const EmotionWeights& weights) {
  EmotionManner manner;
  for (int e = 1; e < kEmotionCount; ++e) {
    const EmotionManner& full = Faces()[e].manner;
    manner.pitch_degrees += weights[e] * full.pitch_degrees;
    manner.roll_degrees += weights[e] * full.roll_degrees;
    manner.sway += weights[e] * (full.sway - 1);
    manner.blinks += weights[e] * (full.blinks - 1);
  }
  return manner;
}

}  // namespace longtake::worker
