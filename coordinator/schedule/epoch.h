#pragma once
// The recovery epoch: rises each time the farm's state is built anew, so that
// leases from before are stale. Objects
// epochs/<16 digits> in the artifact store; the largest is in force.

#include <cstdint>

#include "common/artifact/artifact_store.h"
#include "common/status/status.h"

namespace longtake::coordinator {

// The largest that was taken; 0 when none was. Blocks on I/O.
StatusOr<int64_t> NewestEpoch(ArtifactStore& artifacts);
// Larger than any that was taken before from this store, and taken by nobody
// else. Blocks on I/O.
StatusOr<int64_t> TakeNextEpoch(ArtifactStore& artifacts);

}  // namespace longtake::coordinator
