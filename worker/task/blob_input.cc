#include "worker/task/blob_input.h"

#include <unistd.h>

#include <utility>

#include "fmt/format.h"

namespace longtake::worker {
namespace {

Status MissingIsUnavailable(const Status& status, const BlobRef& blob,
                            const std::string& what) {
  if (status.code() == StatusCode::kNotFound) {
    return Unavailable(
        fmt::format("{}: blob {} ({} bytes) is not in the artifact store", what,
                    blob.sha256, blob.size_bytes));
  }
  return Annotate(status, what);
}

}  // namespace

StatusOr<std::unique_ptr<LocalBlob>> OpenInput(ArtifactStore& store,
                                               const BlobRef& blob,
                                               const std::string& what) {
  // What this process has verified and nobody has touched is not read again.
  const Status whole = store.VerifyBlob(blob);
  if (!whole.ok()) return MissingIsUnavailable(whole, blob, what);
  auto opened = store.OpenBlob(blob);
  if (!opened.ok()) return MissingIsUnavailable(opened.status(), blob, what);
  return opened;
}

StatusOr<std::string> ReadInput(ArtifactStore& store, const BlobRef& blob,
                                const std::string& what) {
  auto bytes = ReadWholeBlob(store, blob);
  if (!bytes.ok()) return MissingIsUnavailable(bytes.status(), blob, what);
  return bytes;
}

StatusOr<ScratchFile> ScratchFile::Create(ArtifactStore& store,
                                          const std::string& suffix) {
  LT_ASSIGN_OR_RETURN(std::string path, store.TemporaryPath(suffix));
  return ScratchFile(store, std::move(path));
}

ScratchFile::~ScratchFile() {
  if (!path_.empty()) ::unlink(path_.c_str());
}

ScratchFile::ScratchFile(ScratchFile&& other) noexcept
    : store_(other.store_), path_(std::exchange(other.path_, {})) {}

StatusOr<BlobRef> ScratchFile::Adopt() {
  LT_ASSIGN_OR_RETURN(BlobRef blob, store_.AdoptFile(path_));
  path_.clear();
  return blob;
}

}  // namespace longtake::worker
