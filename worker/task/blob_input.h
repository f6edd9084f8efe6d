#pragma once
// Opening what a task names. A blob that the plan relies on and the store does
// not show is Unavailable, not NotFound: on a shared file system it may appear
// a moment later, on another worker it may be there, so the task is tried
// again.

#include <memory>
#include <string>

#include "common/artifact/artifact_store.h"
#include "common/status/status.h"

namespace longtake::worker {

// `what` begins the message: "identity", "audio talk.wav".
StatusOr<std::unique_ptr<LocalBlob>> OpenInput(ArtifactStore& store,
                                               const BlobRef& blob,
                                               const std::string& what);
StatusOr<std::string> ReadInput(ArtifactStore& store, const BlobRef& blob,
                                const std::string& what);

// A path for a file that a library writes, on the store's own file system. The
// file is removed with this unless Adopt made it a blob. One thread only.
class ScratchFile {
 public:
  static StatusOr<ScratchFile> Create(ArtifactStore& store,
                                      const std::string& suffix);
  ~ScratchFile();
  ScratchFile(ScratchFile&& other) noexcept;
  ScratchFile& operator=(ScratchFile&&) = delete;

  const std::string& path() const { return path_; }
  StatusOr<BlobRef> Adopt();

 private:
  ScratchFile(ArtifactStore& store, std::string path)
      : store_(store), path_(std::move(path)) {}

  ArtifactStore& store_;  // borrowed, outlives this
  std::string path_;      // empty once adopted or moved from
};

}  // namespace longtake::worker
