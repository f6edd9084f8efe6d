#pragma once
// The guide files that the motion understands, read and checked: by the client
// before anything is uploaded, and again by the plan.

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "common/status/status.h"
#include "worker/engine/engine.h"
#include "worker/engine/guides/emotion.h"
#include "worker/engine/phonetics/transcript.h"

namespace longtake::worker {

// Roles in MotionRequest::guides.
inline constexpr char kEmotionTrackRole[] = "emotion_track";
inline constexpr char kPoseTrackRole[] = "pose_track";
inline constexpr char kTranscriptRole[] = "transcript";

// From time_us on, until the next cue.
struct EmotionCue {
  int64_t time_us = 0;
  FeltEmotion felt;
};

// Where the head is at time_us: degrees, signs as in motion_track.h.
struct PoseKeyframe {
  int64_t time_us = 0;
  double yaw = 0, pitch = 0, roll = 0;
};
// What a single photograph can be turned by before it shows.
inline constexpr double kMaxTrackYaw = 25;
inline constexpr double kMaxTrackPitch = 15;
inline constexpr double kMaxTrackRoll = 30;

struct MotionGuides {
  std::vector<EmotionCue> cues;         // times rise
  std::vector<PoseKeyframe> keyframes;  // times rise
  std::vector<TranscriptPhrase> transcript;
};

// Where the audio's length isn't known.
inline constexpr int64_t kNoEnd = std::numeric_limits<int64_t>::max();

// `end_us`: where the audio ends. InvalidArgument, one line that names the
// file, the line in it and the remedy: a role that isn't known, wrong columns,
// an empty file, no UTF-8, an unknown emotion, intensities and angles out of
// range or no numbers, times that don't rise or lie past the end.
StatusOr<MotionGuides> ReadMotionGuides(const Guides& guides, int64_t end_us);

}  // namespace longtake::worker
