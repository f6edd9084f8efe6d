#pragma once
// The recovery epoch: rises each time the farm's state is built anew, so that
// leases from before are stale. Objects
// epochs/<16 digits> in the artifact store; the largest is in force. Each holds
// the instance of the state server that it was taken for (StateStamp).

#include <cstdint>
#include <string>

#include "common/artifact/artifact_store.h"
#include "common/status/status.h"

namespace longtake::coordinator {

// The largest that was taken; 0 when none was. Blocks on I/O.
StatusOr<int64_t> NewestEpoch(ArtifactStore& artifacts);
// For which state server; empty where that was this process or is not known.
StatusOr<std::string> InstanceOfEpoch(ArtifactStore& artifacts, int64_t epoch);
// Larger than any that was taken before from this store, and taken by nobody
// else. Blocks on I/O.
StatusOr<int64_t> TakeNextEpoch(ArtifactStore& artifacts,
                                const std::string& instance);

}  // namespace longtake::coordinator
