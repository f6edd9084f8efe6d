#pragma once

#include "absl/synchronization/mutex.h"

namespace longtake {

// Debian builds Abseil with its checks for lock cycles, which cost a server
// that locks a lot a few percent of its time. First thing in main; builds
// without NDEBUG keep them.
inline void SwitchOffMutexChecks() {
#ifdef NDEBUG
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
#endif
}

}  // namespace longtake
