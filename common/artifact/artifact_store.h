#pragma once
// Where all bytes live: content-addressed blobs and small named objects
// (manifests, result records). Workers move bytes, the coordinator moves only
// names. The interface is what a directory and an object store can both do:
// conditional put, ranged get, delete, list.
//
// Object names are relative paths of [A-Za-z0-9._-] parts joined by '/', no
// part starting with '.'; anything else is InvalidArgument.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/artifact/blob_ref.h"
#include "common/status/status.h"

namespace longtake {

// A blob while it is being written. Destroying it without Commit leaves
// nothing behind. One thread only.
class BlobWriter {
 public:
  virtual ~BlobWriter() = default;
  virtual Status Append(const void* data, size_t size_bytes) = 0;
  // fsync, rename to the digest's name; the digest of what was appended.
  virtual StatusOr<BlobRef> Commit() = 0;
};

// A blob as a local file for as long as this lives (pins it against eviction
// where the store evicts).
class LocalBlob {
 public:
  virtual ~LocalBlob() = default;
  virtual const std::string& path() const = 0;
};

// Thread-safe; several processes may share one store.
class ArtifactStore {
 public:
  virtual ~ArtifactStore() = default;

  virtual StatusOr<std::unique_ptr<BlobWriter>> CreateBlob() = 0;
  // A path on the store's own file system for a writer that needs a file (a
  // muxer); AdoptFile hashes, fsyncs and renames it into place.
  virtual StatusOr<std::string> TemporaryPath(const std::string& suffix) = 0;
  virtual StatusOr<BlobRef> AdoptFile(const std::string& temporary_path) = 0;

  // NotFound when absent or of another size.
  virtual StatusOr<std::unique_ptr<LocalBlob>> OpenBlob(
      const BlobRef& blob) = 0;
  // At most `length` bytes from `offset`, fewer at the end; OutOfRange past it.
  virtual StatusOr<std::string> ReadBlob(const BlobRef& blob, int64_t offset,
                                         int64_t length) = 0;
  // Present with the right size (the digest is checked by VerifyBlob).
  virtual bool HasBlob(const BlobRef& blob) = 0;
  // Reads it all; DataLoss, and the blob is removed, when the digest differs.
  // What this store has verified and nobody has touched since need not be read
  // again.
  virtual Status VerifyBlob(const BlobRef& blob) = 0;

  // ResourceExhausted, one line with the place and the remedy, while the store
  // has hardly any room left: then no worker can add to it. OK also where a
  // store can't know.
  virtual Status CheckRoom() { return OkStatus(); }

  // Small named objects, at most kMaxObjectBytes, always whole.
  // False when the name was taken (PutIfAbsent).
  virtual StatusOr<bool> PutIfAbsent(const std::string& name,
                                     const std::string& bytes) = 0;
  virtual Status Put(const std::string& name, const std::string& bytes) = 0;
  virtual StatusOr<std::string> Get(const std::string& name) = 0;
  // OK when there was none.
  virtual Status Delete(const std::string& name) = 0;
  // Names that begin with `prefix` ("" = all), sorted.
  virtual StatusOr<std::vector<std::string>> List(
      const std::string& prefix) = 0;
};

inline constexpr int64_t kMaxObjectBytes = 64 << 20;

// Convenience: a whole blob from memory.
StatusOr<BlobRef> PutBlob(ArtifactStore& store, const std::string& bytes);
StatusOr<std::string> ReadWholeBlob(ArtifactStore& store, const BlobRef& blob);

// Blobs used this lately are never evicted: whoever asked for them is about to
// open them.
inline constexpr absl::Duration kEvictionGrace = absl::Minutes(10);

struct DirectoryStoreOptions {
  std::string root;
  // Least recently used blobs go first once the store is larger than this;
  // 0 = no limit. Blobs in use (LocalBlob) and those younger than
  // kEvictionGrace stay.
  int64_t max_bytes = 0;
  // No process evicts a blob that anyone used since this store was opened,
  // until it is closed: a job of hours finds its first segments at the end.
  // The size may then pass max_bytes by what is in use.
  bool keep_used_while_open = false;
  absl::Duration eviction_grace = kEvictionGrace;
  // False: the directory must be a store already (a mistyped or unmounted one
  // is FailedPrecondition, and nothing is made there), and what crashed
  // processes left is somebody else's to remove.
  bool create_if_missing = true;
  // The flag that chose the directory, for the remedy in messages.
  std::string flag = "--cache-dir";
};

// Files below root: blobs/ab/abcdef…, objects/<name>, tmp/. Made on demand.
// InvalidArgument (not a directory), FailedPrecondition (not writable) or
// ResourceExhausted (full) with the path and the remedy when the directory
// can't be used. What crashed processes left in tmp/ is removed here, unless
// create_if_missing is false. A blob's
// modification time is when it was last used.
StatusOr<std::unique_ptr<ArtifactStore>> OpenDirectoryStore(
    const DirectoryStoreOptions& options);

}  // namespace longtake
