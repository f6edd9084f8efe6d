#include "worker/task/renderer_cache.h"

#include "fmt/format.h"
#include "worker/task/blob_input.h"

namespace longtake::worker {

StatusOr<FrameRenderer*> RendererCache::Get(const Engine& engine,
                                            ArtifactStore& store,
                                            const BlobRef& identity) {
  const EngineDescription& about = engine.Describe();
  std::string key = fmt::format("{}\n{}\n{}\n{}", about.name, about.version,
                                about.numerics_class, identity.sha256);
  if (renderer_ != nullptr && key == key_) return renderer_.get();
  Drop();
  LT_ASSIGN_OR_RETURN(const std::string latent,
                      ReadInput(store, identity, "identity"));
  LT_ASSIGN_OR_RETURN(renderer_, engine.OpenRenderer(latent));
  key_ = std::move(key);
  identity_sha256_ = identity.sha256;
  return renderer_.get();
}

void RendererCache::Drop() {
  renderer_.reset();
  key_.clear();
  identity_sha256_.clear();
}

}  // namespace longtake::worker
