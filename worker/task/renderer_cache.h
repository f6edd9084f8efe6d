#pragma once
// Keeps the last opened renderer: consecutive segments of one job share their
// identity, and opening a renderer costs more than drawing many frames.

#include <memory>
#include <string>

#include "common/artifact/artifact_store.h"
#include "common/status/status.h"
#include "worker/engine/engine.h"

namespace longtake::worker {

// One thread only: each slot of a worker has its own.
class RendererCache {
 public:
  // The renderer of the identity stored at `identity`, opened unless it is the
  // one kept. Owned by the cache, valid until the next call or Drop. Errors are
  // the store's and the engine's; then nothing is kept.
  StatusOr<FrameRenderer*> Get(const Engine& engine, ArtifactStore& store,
                               const BlobRef& identity);

  // The SHA-256 of the identity whose renderer is kept; empty = none.
  const std::string& held_identity() const { return identity_sha256_; }

  // Forgets it: after an error, what the renderer holds is not trusted.
  void Drop();

 private:
  std::string key_;
  std::string identity_sha256_;
  std::unique_ptr<FrameRenderer> renderer_;
};

}  // namespace longtake::worker
