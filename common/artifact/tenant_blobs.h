#pragma once
// Which blobs a tenant may know of. Bytes are stored once, whoever brings them;
// an object tenants/<tenant>/blobs/<sha256> says that this tenant has had all
// of a blob's bytes: it uploaded them, or they are a result of its jobs. So a
// tenant learns nothing about what others have.

#include <string>

#include "common/artifact/artifact_store.h"
#include "common/artifact/blob_ref.h"
#include "common/status/status.h"

namespace longtake {

// Thread-safe as the artifact store is. Blocks on its I/O.
class TenantBlobs {
 public:
  // Borrows `artifacts` for its own life. Not isolated: a farm of one tenant,
  // who may know all; nothing is marked.
  TenantBlobs(ArtifactStore& artifacts, bool isolated)
      : artifacts_(artifacts), isolated_(isolated) {}

  bool isolated() const { return isolated_; }

  // From now on `tenant` may read `blob`. Durable when it returns; idempotent.
  // Call before the tenant is told that the blob is there: at the end of an
  // upload, and before the transition that ends a job with its take.
  Status Grant(const std::string& tenant, const BlobRef& blob);

  // Whether it may. Says nothing about the bytes still being there. A blob of
  // another size than granted is not it.
  StatusOr<bool> Sees(const std::string& tenant, const BlobRef& blob);

 private:
  ArtifactStore& artifacts_;
  const bool isolated_;
};

}  // namespace longtake
