#pragma once
// What an emotion does to a face, as blendshapes, and to the head and the
// blinks.

#include "worker/engine/guides/emotion.h"
#include "worker/engine/motion/motion_track.h"

namespace longtake::worker {

// Puts the emotion on a frame that has its speech already and obeys the mouth's
// rules. `strength`: the expression's (motion_controls.h). Every channel is
// monotone in each weight as long as the others stay.
//
// Speech wins where the two meet: MouthClose is left alone and sealed lips stay
// sealed (nothing is parted more than 1 - MouthClose allows), rounded lips hold
// the corners back.
void AddEmotion(const EmotionWeights& weights, double strength,
                MotionFrame* frame);

// How moods move the head and the lids.
struct EmotionManner {
  double pitch_degrees = 0;  // > 0 tips the face down
  double roll_degrees = 0;
  double sway = 1;    // times the size of the head's own movements
  double blinks = 1;  // times their rate, at most kMaxBlinkFactor
};
inline constexpr double kMaxBlinkFactor = 1.25;

EmotionManner MannerOf(const EmotionWeights& weights);

}  // namespace longtake::worker
