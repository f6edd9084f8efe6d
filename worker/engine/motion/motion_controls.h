#pragma once
// The engine controls that shape motion, parsed and checked.

#include <map>
#include <string>

#include "common/status/status.h"
#include "worker/engine/guides/emotion.h"

namespace longtake::worker {

inline constexpr double kMaxStrength = 2;
// Blinks a minute while talking: Bentivoglio et al. 1997 found 26 in
// conversation.
inline constexpr double kDefaultBlinkRate = 26;
inline constexpr double kMaxBlinkRate = 60;

enum class GazeStyle {
  kWander,  // looks away now and then, as people do while they talk
  kCamera,  // stays on the listener
};

struct MotionControls {
  // Strengths; 1 is the default, 0 stills that part; 0..kMaxStrength.
  double pose = 1;        // head turns and nods of the planner's own
  double expression = 1;  // brows, cheeks, resting smile, emotions
  double lip = 1;         // mouth; 0 keeps it shut
  // Blinks a minute while talking, two thirds of it at rest; 0..kMaxBlinkRate.
  double blink_rate = kDefaultBlinkRate;
  GazeStyle gaze = GazeStyle::kWander;
  FeltEmotion emotion;   // all the time; an emotion track says it by time
  std::string language;  // of the transcript, canonical; empty: not told
  friend bool operator==(const MotionControls&,
                         const MotionControls&) = default;
};

// pose, expression, lip, blink_rate: plain decimal numbers ("0.5"). gaze:
// "camera" or "wander". emotion: "happy" or "happy:0.6". language: a code that
// ParseLanguage knows. InvalidArgument names the key and what it takes.
// `controls` may leave any of them out.
StatusOr<MotionControls> ParseMotionControls(
    const std::map<std::string, std::string>& controls);

// One canonical line: equal controls give equal text however they were written
// ("1", "1.0", left out).
std::string CanonicalMotionControls(const MotionControls& controls);

}  // namespace longtake::worker
