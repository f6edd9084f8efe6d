#pragma once
// Key motions: the coarse motion of the whole job, planned once from a cheap
// pass over its audio. They pin head pose, gaze, blinks and speech energy at
// any moment, so that no segment waits for its neighbour. All times are
// microseconds on the job's absolute timeline.
//
// Everything is local. A key pose depends on the audio within
// kKeyAudioReachMicros of its time; a frame depends on the keys within
// kKeyPoseReachMicros and on the events that overlap it. Randomness is keyed by
// (seed, absolute cell), never drawn in sequence.

#include <cstdint>
#include <string>
#include <vector>

#include "common/media_time/media_time.h"
#include "common/status/status.h"
#include "worker/engine/audio/audio_features.h"
#include "worker/engine/engine.h"
#include "worker/engine/guides/emotion.h"
#include "worker/engine/motion/motion_track.h"

namespace longtake::worker {

// Key pose j stands at j * 200 ms.
inline constexpr int64_t kKeyPeriodMicros = 200000;
// Angles are stored in steps of 1e-4 radians, levels in steps of 1/255.
inline constexpr double kAngleStep = 1e-4;

// Control points of uniform cubic B-splines. Angles in kAngleStep; signs as in
// motion_track.h.
struct KeyPose {
  int16_t yaw = 0, pitch = 0, roll = 0;
  uint8_t energy = 0;    // smoothed loudness of speech
  uint8_t activity = 0;  // 0 silence .. 255 talking
  uint8_t emphasis = 0;  // a stressed syllable
  uint8_t brow = 0;      // brow raise
  friend bool operator==(const KeyPose&, const KeyPose&) = default;
};

// The lid falls from start for close_ms, rests for hold_ms, rises for open_ms.
struct KeyBlink {
  int64_t start_us = 0;
  uint16_t close_ms = 0, hold_ms = 0, open_ms = 0;
  uint8_t depth = 0;  // 255 shuts the eye
  int64_t end_us() const {
    return start_us + int64_t{1000} * (close_ms + hold_ms + open_ms);
  }
  friend bool operator==(const KeyBlink&, const KeyBlink&) = default;
};

// A look away from the listener and back. The saccade's length follows from the
// angle.
struct KeyGlance {
  int64_t start_us = 0, end_us = 0;
  int16_t yaw = 0, pitch = 0;  // kAngleStep, relative to the listener
  friend bool operator==(const KeyGlance&, const KeyGlance&) = default;
};

// A small shift among points of the listener's face, held until the next one.
struct KeyFixation {
  int64_t start_us = 0;
  int16_t yaw = 0, pitch = 0;  // kAngleStep
  friend bool operator==(const KeyFixation&, const KeyFixation&) = default;
};

// A change of mood: half way at start_us, over kEmotionChangeMicros. Before the
// first one the face is neutral.
struct KeyEmotion {
  int64_t start_us = 0;
  Emotion emotion = Emotion::kNeutral;
  uint8_t intensity = 0;  // 255 shows all of it
  friend bool operator==(const KeyEmotion&, const KeyEmotion&) = default;
};

// Where a pose track puts the head: exactly there at that time.
struct KeyTurn {
  int64_t time_us = 0;
  int16_t yaw = 0, pitch = 0, roll = 0;  // kAngleStep
  friend bool operator==(const KeyTurn&, const KeyTurn&) = default;
};

// Each list is sorted by time; the turns' times differ.
struct KeyMotions {
  int64_t first_pose = 0;  // index j of poses[0]
  std::vector<KeyPose> poses;
  std::vector<KeyBlink> blinks;
  std::vector<KeyGlance> glances;
  std::vector<KeyFixation> fixations;
  std::vector<KeyEmotion> emotions;
  std::vector<KeyTurn> turns;
  friend bool operator==(const KeyMotions&, const KeyMotions&) = default;
};

// Smoothing of the key audio: poses see this far past their own time.
inline constexpr int64_t kKeySmoothingMicros = 600000;
// Audio on each side of a key's time that it depends on (3.2 s), events
// included: a blink leans on the nearest key pose, half a period away at most.
inline constexpr int64_t kKeyAudioReachMicros =
    kKeySmoothingMicros + kKeyPeriodMicros / 2 +
    kFeatureReachSamples * 1000000 / kAnalysisSampleRateHz + 1;
// A frame leans on the key poses within two periods of it.
inline constexpr int64_t kKeyPoseReachMicros = 2 * kKeyPeriodMicros;
// No event lasts longer.
inline constexpr int64_t kMaxEventMicros = 4000000;

// How long a change of emotion takes.
inline constexpr int64_t kEmotionChangeMicros = 600000;
// The head goes over to a pose track and leaves it within this time.
inline constexpr int64_t kTurnEaseMicros = 1000000;
// Nearer to a keyframe than this the planner's own motion fades to nothing.
inline constexpr int64_t kTurnQuietMicros = 600000;
// Half way between keyframes, this share of the planner's own motion is left.
inline constexpr double kTurnOwnShare = 0.6;

// Plans the whole job. Memory: about 60 bytes a second of job plus its guides.
// InvalidArgument for controls and guides; else the reader's errors.
StatusOr<KeyMotions> PlanKeyMotions(const MotionRequest& request);

// The boundary motion state of one frame: everything slow about it, with
// velocities, so that a neighbour or a trained model can continue from it.
struct KeyMotionState {
  double yaw = 0, pitch = 0, roll = 0;  // head, radians
  double yaw_velocity = 0, pitch_velocity = 0, roll_velocity = 0;  // radians/s
  double eye_yaw = 0, eye_pitch = 0;  // in the head, radians
  double blink = 0;                   // 0 open .. 1 shut
  double energy = 0, activity = 0, emphasis = 0, brow = 0;  // 0..1
  EmotionWeights emotion{};
};

// At the instant a frame starts. Twice continuously differentiable in time
// (B-splines, quintic easing). Outside the planned keys the nearest ones hold.
KeyMotionState EvaluateKeyMotions(const KeyMotions& keys, FrameIndex frame,
                                  FrameRate rate);

// The mood at a time: what the emotions before and around it weigh. Twice
// continuously differentiable; depends on the emotion in force before the
// changes under way, and on those.
EmotionWeights EmotionAt(const KeyMotions& keys, int64_t time_us);

// A value and its change a second.
struct Moving {
  double at = 0, speed = 0;
};
// The head with the pose track over the planner's own `yaw`, `pitch` and
// `roll`. Between keyframes a quintic whose slopes never overshoot; depends on
// two keyframes before and two after.
void FollowTurns(const KeyMotions& keys, int64_t time_us, Moving* yaw,
                 Moving* pitch, Moving* roll);

// The events' part of EvaluateKeyMotions at a time: the lid (0 open, 1 shut)
// and the eyes' direction in the world, radians from the listener.
double BlinkAt(const KeyMotions& keys, int64_t time_us);
struct Gaze {
  double yaw = 0, pitch = 0;
};
Gaze GazeAt(const KeyMotions& keys, int64_t time_us);
// One glance's contribution, 0 before it and after the eyes have returned.
// `delay_us` and `extra_us` make the slower, later copy that the head follows.
double GlanceWeight(const KeyGlance& glance, int64_t time_us,
                    int64_t delay_us = 0, int64_t extra_us = 0);

// The keys that frames of `range` can depend on: what a digest has to cover.
KeyMotions SliceKeyMotions(const KeyMotions& keys, FrameRange range,
                           FrameRate rate);

// Canonical bytes: equal keys, equal bytes. Little-endian:
//   8 bytes "LTKEYS02"
//   i64 first_pose, u32 poses, blinks, glances, fixations, emotions, turns
//   pose:     i16 yaw, pitch, roll; u8 energy, activity, emphasis, brow
//   blink:    i64 start_us; u16 close_ms, hold_ms, open_ms; u8 depth
//   glance:   i64 start_us, end_us; i16 yaw, pitch
//   fixation: i64 start_us; i16 yaw, pitch
//   emotion:  i64 start_us; u8 emotion, intensity
//   turn:     i64 time_us; i16 yaw, pitch, roll
std::string SerializeKeyMotions(const KeyMotions& keys);
// DataLoss for anything that SerializeKeyMotions could not have written.
StatusOr<KeyMotions> ParseKeyMotions(const std::string& bytes);

}  // namespace longtake::worker
