#include "common/artifact/artifact_store.h"

namespace longtake {

StatusOr<BlobRef> PutBlob(ArtifactStore& store, const std::string& bytes) {
  LT_ASSIGN_OR_RETURN(const std::unique_ptr<BlobWriter> writer,
                      store.CreateBlob());
  LT_RETURN_IF_ERROR(writer->Append(bytes.data(), bytes.size()));
  return writer->Commit();
}

StatusOr<std::string> ReadWholeBlob(ArtifactStore& store, const BlobRef& blob) {
  return store.ReadBlob(blob, 0, blob.size_bytes);
}

}  // namespace longtake
