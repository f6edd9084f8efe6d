#pragma once
// The directory implementation of ArtifactStore; open it with
// OpenDirectoryStore. Private to common/artifact.

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "common/artifact/artifact_store.h"
#include "common/artifact/posix_file.h"
#include "common/artifact/store_session.h"
#include "common/artifact/verified_blobs.h"

namespace longtake {

// Below the root; a blob is in blobs/<first two digits>/<sha256>.
inline constexpr char kBlobsDirectory[] = "blobs";

// Thread-safe.
class DirectoryStore final : public ArtifactStore {
 public:
  static StatusOr<std::unique_ptr<ArtifactStore>> Open(
      const DirectoryStoreOptions& options);

  // --- directory_blobs.cc ---
  StatusOr<std::unique_ptr<BlobWriter>> CreateBlob() override;
  StatusOr<std::string> TemporaryPath(const std::string& suffix) override;
  StatusOr<BlobRef> AdoptFile(const std::string& temporary_path) override;
  StatusOr<std::unique_ptr<LocalBlob>> OpenBlob(const BlobRef& blob) override;
  StatusOr<std::string> ReadBlob(const BlobRef& blob, int64_t offset,
                                 int64_t length) override;
  bool HasBlob(const BlobRef& blob) override;
  Status VerifyBlob(const BlobRef& blob) override;
  // Moves a synced file of this session to the blob's place, unless that is
  // taken already; the file is gone afterwards.
  Status Publish(const std::string& temporary_path, const BlobRef& blob);

  // --- directory_store.cc ---
  Status CheckRoom() override;
  StatusOr<bool> PutIfAbsent(const std::string& name,
                             const std::string& bytes) override;
  Status Put(const std::string& name, const std::string& bytes) override;
  StatusOr<std::string> Get(const std::string& name) override;
  Status Delete(const std::string& name) override;
  StatusOr<std::vector<std::string>> List(const std::string& prefix) override;

 private:
  static StatusOr<std::unique_ptr<ArtifactStore>> OpenRoot(
      DirectoryStoreOptions options);
  DirectoryStore(DirectoryStoreOptions options, Fd root,
                 std::unique_ptr<StoreSession> session);

  std::string BlobPath(const BlobRef& blob) const;
  // The blob's file under a shared lock, marked as used now.
  StatusOr<Fd> OpenForUse(const BlobRef& blob);
  // Removes what has the blob's name and neither its size nor its digest; true
  // if there was such a file.
  bool RemoveCutOff(const BlobRef& blob);
  // Unlinks the blob's name if it still names `file`.
  void RemoveDamaged(const BlobRef& blob, const Fd& file);
  // Counts new bytes and evicts when there are too many.
  void AccountFor(int64_t added_bytes);

  const DirectoryStoreOptions options_;
  const Fd root_;
  const std::unique_ptr<StoreSession> session_;
  VerifiedBlobs verified_;
  // An estimate between scans: other processes add and remove too.
  std::atomic<int64_t> stored_bytes_{0};
  absl::Mutex eviction_mutex_;  // held while this process scans
};

}  // namespace longtake
