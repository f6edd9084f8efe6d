#pragma once
// The poses that a portrait's sheets show.

#include <string>
#include <vector>

#include "worker/engine/motion/motion_track.h"

namespace longtake::tools {

struct NamedPose {
  std::string name;  // letters, digits, "+-."
  worker::MotionFrame motion{};
};

// The 17 visemes at full strength, as the teacher of the speech network gives
// them, and last the lips as they are while nothing is said.
std::vector<NamedPose> VisemePoses();

inline constexpr int kEmotionColumns = 8;

// Rows of kEmotionColumns: the emotions in their order, one row for each of
// three intensities, then turns of the head.
std::vector<NamedPose> EmotionPoses();

}  // namespace longtake::tools
