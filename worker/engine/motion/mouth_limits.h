#pragma once
// How fast a mouth moves and how fast it turns about, whatever made the motion:
// what goes beyond is bent back to the limits, the rest is left as it is.
//
// The limits are a quarter above the fastest that the teacher
// (phonetics/teacher_curves.h) moves in 289 s of Italian and Russian recordings
// at 60 frames a second, each group of channels by its fastest: its time
// constants are those of jaw, lips and tongue. The seal of the lips is looser,
// a closure in 40 ms, and may stop at once: lips are stopped by each other, "at
// the instant of oral closure, the velocity of both lips was close to peak
// velocity" (Löfqvist and Gracco, "Labial kinematics in stop consonant
// production", J. Acoust. Soc. Am. 99, 1996).
//
// Closures are kept: a seal is never lowered, what opens is never raised where
// the lips are sealed, and speed is taken from the peaks of a jaw, never from
// its valleys.
//
// Each value is a minimum or maximum over a fixed number of frames around it,
// not a filter that runs on, so it is the same bits wherever a computation
// begins.

#include <vector>

#include "common/media_time/media_time.h"
#include "worker/engine/motion/motion_track.h"

namespace longtake::worker {

// Full ranges a second (a second squared); `rise` and `fall` are speeds, `bend`
// the acceleration, 0 where it is not limited.
struct MouthLimit {
  MotionChannel channel;
  double rise, fall, bend;
};
const std::vector<MouthLimit>& MouthLimits();

// How many frames before and after a frame count. rate > 0.
int MouthLimitReach(FrameRate rate);

// Limits frames[i], given the unlimited MouthLimitReach(rate) frames on both
// sides of it, and removes those. `strength` is the lips' (motion_controls.h):
// a stronger mouth may be as much faster, a weaker one is not held back more.
// Fewer frames than that: none is left. Values in [0, 1].
void LimitMouth(FrameRate rate, double strength,
                std::vector<MotionFrame>* frames);

// The frames that the limits of `range` look at, those of opening_speed.h
// included.
FrameRange FramesUnderLimits(FrameRate rate, FrameRange range);

}  // namespace longtake::worker
