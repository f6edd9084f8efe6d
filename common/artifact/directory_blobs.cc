#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <utility>

#include "common/artifact/directory_store.h"
#include "common/artifact/object_files.h"
#include "common/digest/sha256.h"

// A directory store's blobs: written, published, read, verified.

namespace longtake {
namespace {

constexpr size_t kFanOutDigits = 2;
constexpr size_t kHashBufferBytes = 1 << 20;

Status CheckBlobRef(const BlobRef& blob) {
  if (IsSha256Hex(blob.sha256) && blob.size_bytes >= 0) return OkStatus();
  return InvalidArgument(fmt::format("'{}' of {} bytes does not name a blob",
                                     blob.sha256, blob.size_bytes));
}

Status NoSuchBlob(const BlobRef& blob) {
  return NotFound(fmt::format("blob {} of {} bytes is not in the store",
                              blob.sha256, blob.size_bytes));
}

// A blob's time of use is its modification time. A store that this user may
// only read keeps its old times.
void MarkUsed(int fd) { (void)::futimens(fd, nullptr); }

// Locks the file against eviction, waiting at most for one that has just
// decided, and looks at it.
StatusOr<struct stat> LockShared(const Fd& file, const std::string& path) {
  while (::flock(file.get(), LOCK_SH) != 0) {
    if (errno != EINTR) return ErrnoStatus(errno, "lock", path);
  }
  struct stat info = {};
  if (::fstat(file.get(), &info) != 0) {
    return ErrnoStatus(errno, "open", path);
  }
  return info;
}

class DirectoryBlobWriter final : public BlobWriter {
 public:
  // `store` is borrowed and outlives the writer. shown: what messages name.
  DirectoryBlobWriter(DirectoryStore& store, std::string path,
                      std::string shown, Fd file)
      : store_(store),
        path_(std::move(path)),
        shown_(std::move(shown)),
        file_(std::move(file)) {}
  ~DirectoryBlobWriter() override {
    if (!committed_) ::unlink(path_.c_str());
  }

  Status Append(const void* data, size_t size_bytes) override {
    if (committed_) return FailedPrecondition("the blob is committed");
    LT_RETURN_IF_ERROR(WriteAll(file_.get(), data, size_bytes, shown_));
    hash_.Update(data, size_bytes);
    size_bytes_ += static_cast<int64_t>(size_bytes);
    return OkStatus();
  }

  StatusOr<BlobRef> Commit() override {
    if (committed_) return FailedPrecondition("the blob is committed");
    LT_RETURN_IF_ERROR(SyncFile(file_.get(), shown_));
    committed_ = true;
    const BlobRef blob{hash_.Hex(), size_bytes_};
    LT_RETURN_IF_ERROR(store_.Publish(path_, blob));
    return blob;
  }

 private:
  DirectoryStore& store_;
  const std::string path_;
  const std::string shown_;
  const Fd file_;
  Sha256 hash_;
  int64_t size_bytes_ = 0;
  bool committed_ = false;
};

class DirectoryLocalBlob final : public LocalBlob {
 public:
  DirectoryLocalBlob(std::string path, Fd locked)
      : path_(std::move(path)), locked_(std::move(locked)) {}
  const std::string& path() const override { return path_; }

 private:
  const std::string path_;
  const Fd locked_;  // the shared lock is what keeps eviction away
};

StatusOr<BlobRef> HashFile(int fd, const std::string& path) {
  Sha256 hash;
  int64_t size_bytes = 0;
  std::string buffer(kHashBufferBytes, '\0');
  while (true) {
    const ssize_t n = ::pread(fd, buffer.data(), buffer.size(), size_bytes);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return ErrnoStatus(errno, "read", path);
    if (n == 0) break;
    hash.Update(buffer.data(), static_cast<size_t>(n));
    size_bytes += n;
  }
  return BlobRef{hash.Hex(), size_bytes};
}

Status WasDamaged(const std::string& path, const std::string& how) {
  return DataLoss(fmt::format(
      "{} was damaged ({}) and has been removed: it will be made again", path,
      how));
}

}  // namespace

std::string DirectoryStore::BlobPath(const BlobRef& blob) const {
  return fmt::format("{}/{}/{}/{}", options_.root, kBlobsDirectory,
                     blob.sha256.substr(0, kFanOutDigits), blob.sha256);
}

StatusOr<std::unique_ptr<BlobWriter>> DirectoryStore::CreateBlob() {
  LT_ASSIGN_OR_RETURN(std::string path, TemporaryPath(".blob"));
  Fd file(::open(path.c_str(),
                 O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666));
  if (!file.ok()) return ErrnoStatus(errno, "create a file in", options_.root);
  return std::make_unique<DirectoryBlobWriter>(*this, std::move(path),
                                               options_.root, std::move(file));
}

StatusOr<std::string> DirectoryStore::TemporaryPath(const std::string& suffix) {
  // As a part of a name it may start with '.', so it is tried behind a letter.
  const StatusOr<std::vector<std::string>> parts =
      SplitObjectName("t" + suffix);
  if (!parts.ok() || parts->size() != 1) {
    return InvalidArgument(
        fmt::format("'{}' is not a file name's suffix", suffix));
  }
  return session_->NewPath(suffix);
}

StatusOr<BlobRef> DirectoryStore::AdoptFile(const std::string& temporary_path) {
  const std::filesystem::path path(temporary_path);
  if (path.parent_path() != session_->directory()) {
    return InvalidArgument(fmt::format(
        "adopt {}: not a path that TemporaryPath gave", temporary_path));
  }
  const Fd file(
      ::open(temporary_path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file.ok()) return ErrnoStatus(errno, "adopt", temporary_path);
  LT_ASSIGN_OR_RETURN(const BlobRef blob, HashFile(file.get(), temporary_path));
  LT_RETURN_IF_ERROR(SyncFile(file.get(), options_.root));
  LT_RETURN_IF_ERROR(Publish(temporary_path, blob));
  return blob;
}

Status DirectoryStore::Publish(const std::string& temporary_path,
                               const BlobRef& blob) {
  // What is there already is kept, so that those who have it open by its path
  // keep it; marking it as used tells eviction to let it be. What is damaged
  // must not win over the bytes that are to replace it.
  if (VerifyBlob(blob).ok()) {
    ::unlink(temporary_path.c_str());
    return OkStatus();
  }
  const StatusOr<Fd> directory = OpenDirectoryBelow(
      root_, options_.root,
      {kBlobsDirectory, blob.sha256.substr(0, kFanOutDigits)},
      /*create=*/true);
  const std::string path = BlobPath(blob);
  int error = 0;
  // A file that took long to write must not look unused when it appears.
  (void)::utimensat(AT_FDCWD, temporary_path.c_str(), nullptr,
                    AT_SYMLINK_NOFOLLOW);
  if (directory.ok() &&
      ::renameat(AT_FDCWD, temporary_path.c_str(), directory->get(),
                 blob.sha256.c_str()) != 0) {
    error = errno;
  }
  if (!directory.ok() || error != 0) ::unlink(temporary_path.c_str());
  LT_RETURN_IF_ERROR(directory.status());
  if (error != 0) return ErrnoStatus(error, "write", path);
  LT_RETURN_IF_ERROR(SyncFile(directory->get(), path));
  AccountFor(blob.size_bytes);
  return OkStatus();
}

StatusOr<Fd> DirectoryStore::OpenForUse(const BlobRef& blob) {
  LT_RETURN_IF_ERROR(CheckBlobRef(blob));
  const std::string below =
      fmt::format("{}/{}/{}", kBlobsDirectory,
                  blob.sha256.substr(0, kFanOutDigits), blob.sha256);
  while (true) {
    Fd file(OpenFileBelow(root_, below, O_RDONLY | O_CLOEXEC));
    if (!file.ok() && errno == ENOENT) return NoSuchBlob(blob);
    if (!file.ok()) return ErrnoStatus(errno, "open", BlobPath(blob));
    LT_ASSIGN_OR_RETURN(const struct stat info,
                        LockShared(file, BlobPath(blob)));
    // Evicted, or replaced by another writer of the same bytes: look again.
    if (info.st_nlink == 0) continue;
    if (!S_ISREG(info.st_mode) || info.st_size != blob.size_bytes) {
      return NoSuchBlob(blob);
    }
    MarkUsed(file.get());
    verified_.Touched(blob.sha256, info, file);
    return file;
  }
}

StatusOr<std::unique_ptr<LocalBlob>> DirectoryStore::OpenBlob(
    const BlobRef& blob) {
  LT_ASSIGN_OR_RETURN(Fd file, OpenForUse(blob));
  return std::make_unique<DirectoryLocalBlob>(BlobPath(blob), std::move(file));
}

StatusOr<std::string> DirectoryStore::ReadBlob(const BlobRef& blob,
                                               int64_t offset, int64_t length) {
  LT_ASSIGN_OR_RETURN(const Fd file, OpenForUse(blob));
  if (offset < 0 || length < 0 || offset > blob.size_bytes) {
    return OutOfRange(fmt::format("blob {}: {} bytes from {} of {}",
                                  blob.sha256, length, offset,
                                  blob.size_bytes));
  }
  const int64_t wanted = std::min(length, blob.size_bytes - offset);
  std::string bytes(static_cast<size_t>(wanted), '\0');
  int64_t done = 0;
  while (done < wanted) {
    const ssize_t n =
        ::pread(file.get(), bytes.data() + done,
                static_cast<size_t>(wanted - done), offset + done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return ErrnoStatus(errno, "read", BlobPath(blob));
    if (n == 0) return DataLoss(fmt::format("{} is cut off", BlobPath(blob)));
    done += n;
  }
  return bytes;
}

bool DirectoryStore::HasBlob(const BlobRef& blob) {
  return OpenForUse(blob).ok();
}

Status DirectoryStore::VerifyBlob(const BlobRef& blob) {
  LT_RETURN_IF_ERROR(CheckBlobRef(blob));
  // Whoever asks for the same blob meanwhile waits for this answer.
  const VerifiedBlobs::Turn turn(verified_, blob.sha256);
  StatusOr<Fd> opened = OpenForUse(blob);
  if (opened.status().code() == StatusCode::kNotFound) {
    return RemoveCutOff(blob) ? WasDamaged(BlobPath(blob), "is cut off")
                              : opened.status();
  }
  LT_RETURN_IF_ERROR(opened.status());
  const Fd file = *std::move(opened);
  if (verified_.Knows(blob.sha256, file)) return OkStatus();
  const std::string path = BlobPath(blob);
  LT_ASSIGN_OR_RETURN(const VerifiedBlobs::Seen seen,
                      VerifiedBlobs::Look(file, path));
  LT_ASSIGN_OR_RETURN(const BlobRef found, HashFile(file.get(), path));
  if (found == blob) {
    verified_.Remember(blob.sha256, seen);
    return OkStatus();
  }
  RemoveDamaged(blob, file);
  return WasDamaged(path, fmt::format("its bytes are {} now", found.sha256));
}

bool DirectoryStore::RemoveCutOff(const BlobRef& blob) {
  const Fd file(OpenFileBelow(
      root_,
      fmt::format("{}/{}/{}", kBlobsDirectory,
                  blob.sha256.substr(0, kFanOutDigits), blob.sha256),
      O_RDONLY | O_CLOEXEC));
  struct stat info = {};
  if (!file.ok() || ::fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode) ||
      info.st_nlink == 0) {
    return false;
  }
  // The name is right and who asked has the size wrong: that is no damage.
  const StatusOr<BlobRef> found = HashFile(file.get(), BlobPath(blob));
  if (!found.ok() || found->sha256 == blob.sha256) return false;
  RemoveDamaged(blob, file);
  return true;
}

void DirectoryStore::RemoveDamaged(const BlobRef& blob, const Fd& file) {
  const StatusOr<Fd> directory = OpenDirectoryBelow(
      root_, options_.root,
      {kBlobsDirectory, blob.sha256.substr(0, kFanOutDigits)},
      /*create=*/false);
  if (!directory.ok()) return;
  struct stat hashed = {};
  struct stat named = {};
  // Hashing takes long: another process may have put whole bytes there since.
  if (::fstat(file.get(), &hashed) == 0 &&
      ::fstatat(directory->get(), blob.sha256.c_str(), &named,
                AT_SYMLINK_NOFOLLOW) == 0 &&
      named.st_ino == hashed.st_ino && named.st_dev == hashed.st_dev) {
    ::unlinkat(directory->get(), blob.sha256.c_str(), 0);
  }
}

}  // namespace longtake
