#pragma once
// What workers and coordinators of one farm must agree about.

namespace longtake {

// Rises when an old worker could not work rightly for a new coordinator, or a
// new one for an old. 2: renders of a part of a job, watermarks, limits.
inline constexpr int kWorkerProtocolVersion = 2;

}  // namespace longtake
