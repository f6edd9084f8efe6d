#pragma once
// What a model of fine motion (lips, expression) gets and gives. The windows
// and their grid belong to windows.h; a model sees one window at a time and
// nothing else, so it can't depend on how the job was cut.

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "common/media_time/media_time.h"
#include "common/status/status.h"
#include "worker/engine/audio/audio_features.h"
#include "worker/engine/audio/mel_spectrum.h"
#include "worker/engine/motion/key_motions.h"
#include "worker/engine/motion/motion_track.h"

namespace longtake::worker {

// Window k covers the absolute frames [64 k - 16, 64 k + 80): neighbours share
// 32. The first window, k = 0, begins 16 frames before the job.
inline constexpr int kWindowFrames = 96;
inline constexpr int kWindowStride = 64;
inline constexpr int kWindowLead = 16;
inline constexpr int kWindowOverlap = kWindowFrames - kWindowStride;

constexpr FrameIndex WindowBegin(int64_t window) {
  return window * kWindowStride - kWindowLead;
}

// Independent standard normals of one absolute frame, shared by the windows
// that overlap there.
inline constexpr int kNoiseChannels = 4;
using FrameNoise = std::array<float, kNoiseChannels>;

// Spans are borrowed for the call. audio[i] is frame
// first_frame - audio_context + i, noise likewise; keys[i] is first_frame + i.
struct FineMotionWindow {
  int64_t index = 0;
  FrameIndex first_frame = 0;
  FrameRate rate;
  uint64_t seed = 0;  // the job's, for KeyedRandom on absolute indices
  std::span<const AudioFeatures> audio;  // [96 + 2 audio_context]
  int audio_context = 0;
  std::span<const FrameNoise> noise;  // [96 + 2 noise_context]
  int noise_context = 0;
  std::span<const KeyMotionState> keys;  // [96]
  // Mel powers [mel_hops.size(), 80] of MelHops; empty where the model's reach
  // asks for none.
  std::span<const float> mel;
  HopRange mel_hops;
  HopRange job_hops;  // those that are centred on a sample of the job
  std::span<const KeyPhone> phones;  // of the whole job
};

// How far a model looks, in frames at `rate`.
struct FineMotionReach {
  // Given beyond both ends of the window.
  int audio_context = 0;
  int noise_context = 0;
  // A frame of the result depends on audio and key states at most this many
  // frames from it: audio_context for a local filter; 95 + audio_context for a
  // network that mixes the whole window.
  int frames = 0;
  // Hops of the mel spectrum given beyond the window's first and last frame;
  // even. 0: the model does not listen to it. A frame may depend on all of its
  // windows' mel.
  int64_t mel_context = 0;
};

// The hops of a window's mel spectrum: begins on an even hop, and all windows
// of a job have the same number. Frame f is heard at its centre sample.
HopRange MelHops(int64_t window, FrameRate rate, int64_t mel_context);

// What a model makes of a window.
struct FineMotion {
  // [96]. Head, eye and blink channels are ignored: they come from the key
  // motions. Values need not be clamped.
  std::vector<MotionFrame> frames;
  // [96], 0..1: how surely somebody speaks, though it may be too faint for the
  // audio's own silence. Empty: the model can't tell.
  std::vector<float> spoken;
};

// Thread-safe and pure: equal windows give equal bits.
class FineMotionModel {
 public:
  virtual ~FineMotionModel() = default;
  // Enters digests; changes when any output can change.
  virtual std::string_view version() const = 0;
  virtual FineMotionReach Reach(FrameRate rate) const = 0;
  // Replaces *out.
  virtual Status SampleWindow(const FineMotionWindow& window,
                              FineMotion* out) const = 0;
};

}  // namespace longtake::worker
