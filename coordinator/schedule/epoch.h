#pragma once
// The recovery epoch: rises each time a coordinator starts with state of its
// own making, so that leases of an earlier life are stale. Objects
// epochs/<16 digits> in the artifact store; the largest is in force.

#include <cstdint>

#include "common/artifact/artifact_store.h"
#include "common/status/status.h"

namespace longtake::coordinator {

// Larger than any that was taken before from this store, and taken by nobody
// else. Blocks on I/O.
StatusOr<int64_t> TakeNextEpoch(ArtifactStore& artifacts);

}  // namespace longtake::coordinator
