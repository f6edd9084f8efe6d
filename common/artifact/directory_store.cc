#include "common/artifact/directory_store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/time/clock.h"
#include "common/artifact/eviction.h"
#include "common/artifact/object_files.h"

namespace longtake {
namespace {

// Below these a store counts as full: a task's blobs need more.
constexpr int64_t kLeastRoomBytes = int64_t{32} << 20;
constexpr int64_t kLeastRoomFiles = 16;

// What is wrong with the directory itself is the user's to choose anew.
Status WithRemedy(const Status& status, const std::string& flag) {
  if (status.code() != StatusCode::kInvalidArgument &&
      status.code() != StatusCode::kFailedPrecondition &&
      status.code() != StatusCode::kResourceExhausted) {
    return status;
  }
  return MakeStatus(status.code(),
                    fmt::format("{} ({})", Message(status), flag));
}

// FailedPrecondition unless `root` is a store already.
Status CheckIsStore(const std::string& root) {
  struct stat info = {};
  if (::stat(fmt::format("{}/{}", root, kBlobsDirectory).c_str(), &info) == 0 &&
      S_ISDIR(info.st_mode)) {
    return OkStatus();
  }
  return FailedPrecondition(fmt::format(
      "{} is not there or no artifact store: give the coordinator's artifact "
      "directory, see that it is mounted, and start the coordinator first",
      root));
}

}  // namespace

StatusOr<std::unique_ptr<ArtifactStore>> OpenDirectoryStore(
    const DirectoryStoreOptions& options) {
  return DirectoryStore::Open(options);
}

DirectoryStore::DirectoryStore(DirectoryStoreOptions options, Fd root,
                               std::unique_ptr<StoreSession> session)
    : options_(std::move(options)),
      root_(std::move(root)),
      session_(std::move(session)) {}

StatusOr<std::unique_ptr<ArtifactStore>> DirectoryStore::Open(
    const DirectoryStoreOptions& options) {
  if (options.root.empty()) {
    return InvalidArgument("the artifact directory's name is empty");
  }
  DirectoryStoreOptions opened = options;
  std::error_code error;
  opened.root = std::filesystem::absolute(options.root, error).string();
  while (opened.root.size() > 1 && opened.root.back() == '/') {
    opened.root.pop_back();
  }
  auto store = OpenRoot(opened);
  if (!store.ok()) return WithRemedy(store.status(), opened.flag);
  return store;
}

StatusOr<std::unique_ptr<ArtifactStore>> DirectoryStore::OpenRoot(
    DirectoryStoreOptions opened) {
  std::error_code error;
  if (!opened.create_if_missing) {
    LT_RETURN_IF_ERROR(CheckIsStore(opened.root));
  }
  std::filesystem::create_directories(opened.root, error);
  if (error == std::errc::no_such_file_or_directory) {
    // As in /proc: the parent is there and takes no directories.
    return FailedPrecondition(fmt::format(
        "create {}: no directory can be made there: choose another artifact "
        "directory",
        opened.root));
  }
  if (error) return ErrnoStatus(error.value(), "create", opened.root);
  Fd root(::open(opened.root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!root.ok()) return ErrnoStatus(errno, "open", opened.root);
  LT_ASSIGN_OR_RETURN(
      std::unique_ptr<StoreSession> session,
      StoreSession::Open(opened.root, opened.keep_used_while_open));
  if (opened.create_if_missing) RemoveDeadSessions(opened.root);
  std::unique_ptr<DirectoryStore> store(new DirectoryStore(
      std::move(opened), std::move(root), std::move(session)));
  LT_RETURN_IF_ERROR(OpenDirectoryBelow(store->root_, store->options_.root,
                                        {kBlobsDirectory}, /*create=*/true)
                         .status());
  if (store->options_.max_bytes > 0) {
    LT_ASSIGN_OR_RETURN(const int64_t stored,
                        MeasureBlobs(store->options_.root));
    store->AccountFor(stored);
  }
  return store;
}

Status DirectoryStore::CheckRoom() {
  struct statvfs info = {};
  if (::fstatvfs(root_.get(), &info) != 0) return OkStatus();
  const auto bytes = static_cast<int64_t>(info.f_bavail * info.f_frsize);
  const auto files = static_cast<int64_t>(info.f_favail);
  // Some file systems count no files, and say 0 of 0.
  const bool counts_files = info.f_files > 0;
  if (bytes >= kLeastRoomBytes && (!counts_files || files >= kLeastRoomFiles)) {
    return OkStatus();
  }
  return ResourceExhausted(fmt::format(
      "the artifact directory {} is full ({} MB and {} files left): free some "
      "space there, or choose another directory with {}",
      options_.root, bytes >> 20,
      counts_files ? std::to_string(files) : "any number of", options_.flag));
}

StatusOr<bool> DirectoryStore::PutIfAbsent(const std::string& name,
                                           const std::string& bytes) {
  return PutObject(root_, options_.root, name, bytes,
                   session_->NewPath(".object"), /*replace=*/false);
}

Status DirectoryStore::Put(const std::string& name, const std::string& bytes) {
  return PutObject(root_, options_.root, name, bytes,
                   session_->NewPath(".object"), /*replace=*/true)
      .status();
}

StatusOr<std::string> DirectoryStore::Get(const std::string& name) {
  return GetObject(root_, options_.root, name);
}

Status DirectoryStore::Delete(const std::string& name) {
  return DeleteObject(root_, options_.root, name);
}

StatusOr<std::vector<std::string>> DirectoryStore::List(
    const std::string& prefix) {
  return ListObjects(options_.root, prefix);
}

void DirectoryStore::AccountFor(int64_t added_bytes) {
  if (options_.max_bytes <= 0) return;
  const int64_t stored = stored_bytes_.fetch_add(added_bytes) + added_bytes;
  if (stored <= options_.max_bytes || !eviction_mutex_.TryLock()) return;
  EvictionOptions eviction;
  eviction.root = options_.root;
  eviction.max_bytes = options_.max_bytes;
  eviction.keep_since = std::min(absl::Now() - options_.eviction_grace,
                                 OldestKeepingSession(options_.root));
  // A failed scan leaves the estimate, so the next blob tries again.
  const StatusOr<int64_t> remaining = EvictBlobs(eviction);
  if (remaining.ok()) stored_bytes_.store(*remaining);
  eviction_mutex_.Unlock();
}

}  // namespace longtake
