#pragma once
// Samples the motion of any frame range: fine motion in windows on the absolute
// grid of fine_motion.h, cross-faded in motion space, then closure rules, then
// pose, gaze and blinks from the key motions.
//
// Any cover of a range by smaller ranges gives the same frames, bit for bit:
// every window that a frame needs is computed whole from absolute indices.

#include <cstdint>
#include <string>
#include <vector>

#include "common/media_time/media_time.h"
#include "common/status/status.h"
#include "worker/engine/engine.h"
#include "worker/engine/motion/fine_motion.h"
#include "worker/engine/motion/key_motions.h"
#include "worker/engine/motion/motion_controls.h"
#include "worker/engine/motion/motion_track.h"

namespace longtake::worker {

// The mouth moves 40 ms before its sound.
inline constexpr int64_t kMouthLeadSamples = 640;

// Frames of `range`; it may reach outside the job (overlap frames). Memory: the
// range plus a window. InvalidArgument for controls or a rate of 0; else the
// reader's and the model's errors. Thread-safe.
StatusOr<MotionTrack> SampleMotion(const FineMotionModel& model,
                                   const MotionRequest& request,
                                   const KeyMotions& keys, FrameRange range);

// The windows that `frame` is mixed of: one, or two where they overlap.
int64_t FirstWindow(FrameIndex frame);
int64_t LastWindow(FrameIndex frame);

// Weight of window k against k - 1 at a frame both cover: a smooth step over
// the 32 shared frames, 0.5 in their middle.
double FadeInWeight(FrameIndex frame, int64_t window);

// What every frame obeys, whatever model made it: in silence the lips are shut
// and the jaw rests; sealed lips bare no teeth; channels in their legal ranges.
void ApplyMouthRules(const AudioFeatures& audio, MotionFrame* frame);

// Head, eye and blink channels from the key motions. EyeLook is 1 at 30 degrees
// sideways and 25 degrees up or down.
void ApplyKeyMotions(const KeyMotionState& state, MotionFrame* frame);

// Blendshapes to [0, 1], angles to +-1 radian; what is not finite becomes 0.
void ClampToLegal(MotionFrame* frame);

// ---- What the motion of a range depends on ----

// Samples [begin, end) of the audio that can influence SampleMotion over
// `range` (given the key motions), not yet cut to the audio's ends.
struct SampleRange {
  int64_t begin = 0, end = 0;
};
SampleRange MotionAudioReach(const FineMotionModel& model, FrameRate rate,
                             FrameRange range);

// SHA-256 over model version, controls, the audio within MotionAudioReach and
// the key motions in range. Seed, rate and range are the caller's to key.
StatusOr<std::string> MotionInputDigest(const FineMotionModel& model,
                                        const MotionRequest& request,
                                        const KeyMotions& keys,
                                        FrameRange range);

}  // namespace longtake::worker
