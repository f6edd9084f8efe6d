#pragma once
// The engine controls that shape motion, parsed and checked.

#include <map>
#include <string>

#include "common/status/status.h"

namespace longtake::worker {

// Strengths; 1 is the default, 0 stills that part.
struct MotionControls {
  double pose = 1;        // head turns and nods; 0..2
  double expression = 1;  // brows, cheeks, resting smile; 0..2
  double lip = 1;         // mouth; 0 keeps it shut; 0..2
  double blink_rate = 1;  // times 26 a minute while talking; 0..2
  friend bool operator==(const MotionControls&,
                         const MotionControls&) = default;
};

// Values are plain decimal numbers ("0.5"). InvalidArgument names the key, the
// accepted keys and the range. `controls` may leave any of them out.
StatusOr<MotionControls> ParseMotionControls(
    const std::map<std::string, std::string>& controls);

// One canonical line: equal controls give equal text however they were written
// ("1", "1.0", left out).
std::string CanonicalMotionControls(const MotionControls& controls);

}  // namespace longtake::worker
