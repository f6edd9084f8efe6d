#pragma once
// The embedded farm's artifact store, which notes what was found damaged: the
// farm makes it again by itself, and its user is to know that a disk lies.

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/artifact/artifact_store.h"
#include "common/status/status.h"

namespace longtake::client {

// Thread-safe, as `inner` is.
class WatchedStore final : public ArtifactStore {
 public:
  explicit WatchedStore(std::unique_ptr<ArtifactStore> inner)
      : inner_(std::move(inner)) {}

  // Blobs that were there and not what their names say.
  int64_t damaged_blobs() const { return damaged_blobs_; }

  StatusOr<std::unique_ptr<BlobWriter>> CreateBlob() override;
  StatusOr<std::string> TemporaryPath(const std::string& suffix) override;
  StatusOr<BlobRef> AdoptFile(const std::string& temporary_path) override;
  StatusOr<std::unique_ptr<LocalBlob>> OpenBlob(const BlobRef& blob) override;
  StatusOr<std::string> ReadBlob(const BlobRef& blob, int64_t offset,
                                 int64_t length) override;
  bool HasBlob(const BlobRef& blob) override;
  Status VerifyBlob(const BlobRef& blob) override;
  Status CheckRoom() override;
  StatusOr<bool> PutIfAbsent(const std::string& name,
                             const std::string& bytes) override;
  Status Put(const std::string& name, const std::string& bytes) override;
  StatusOr<std::string> Get(const std::string& name) override;
  Status Delete(const std::string& name) override;
  StatusOr<std::vector<std::string>> List(const std::string& prefix) override;

 private:
  const std::unique_ptr<ArtifactStore> inner_;
  std::atomic<int64_t> damaged_blobs_ = 0;
};

}  // namespace longtake::client
