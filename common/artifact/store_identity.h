#pragma once
// What tells one artifact store from another: object store/id, 32 random hex
// digits, made once and never changed. A coordinator and its workers compare
// it, so that nobody works on a directory that only looks like the shared one.

#include <string>

#include "common/artifact/artifact_store.h"
#include "common/status/status.h"

namespace longtake {

// Makes it where there is none.
StatusOr<std::string> MakeStoreIdentity(ArtifactStore& store);
// NotFound where no coordinator has used the store yet.
StatusOr<std::string> ReadStoreIdentity(ArtifactStore& store);

}  // namespace longtake
