#include "common/artifact/eviction.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <tuple>
#include <vector>

#include "common/artifact/posix_file.h"

namespace longtake {
namespace {

namespace fs = std::filesystem;

struct BlobFile {
  absl::Time used;
  std::string path;
  int64_t size_bytes = 0;
};

// Room made at once, so that not every new blob scans the store.
int64_t TargetBytes(int64_t max_bytes) { return max_bytes - max_bytes / 10; }

std::vector<BlobFile> ListBlobs(const std::string& root) {
  std::vector<BlobFile> blobs;
  std::error_code error;
  fs::recursive_directory_iterator it(root + "/blobs", error);
  for (; !error && it != fs::recursive_directory_iterator();
       it.increment(error)) {
    struct stat info = {};
    // A file that is gone by now was another process's to remove.
    if (::lstat(it->path().c_str(), &info) != 0 || !S_ISREG(info.st_mode)) {
      continue;
    }
    blobs.push_back({absl::TimeFromTimespec(info.st_mtim), it->path().string(),
                     static_cast<int64_t>(info.st_size)});
  }
  return blobs;
}

int64_t TotalBytes(const std::vector<BlobFile>& blobs) {
  int64_t total = 0;
  for (const BlobFile& blob : blobs) total += blob.size_bytes;
  return total;
}

// True when the blob is gone afterwards.
bool RemoveUnlessUsed(const BlobFile& blob, absl::Time keep_since) {
  const Fd file(::open(blob.path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file.ok()) return errno == ENOENT;
  // Readers hold a shared lock; whoever takes one after us sees the file
  // unlinked and reports it missing.
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) return false;
  struct stat info = {};
  if (::fstat(file.get(), &info) != 0) return false;
  const absl::Time used = absl::TimeFromTimespec(info.st_mtim);
  if (used != blob.used || used >= keep_since) return false;
  return ::unlink(blob.path.c_str()) == 0 || errno == ENOENT;
}

}  // namespace

StatusOr<int64_t> MeasureBlobs(const std::string& root) {
  return TotalBytes(ListBlobs(root));
}

StatusOr<int64_t> EvictBlobs(const EvictionOptions& options) {
  const std::string lock_path = options.root + "/tmp/eviction";
  const Fd lock(::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
  if (!lock.ok()) return ErrnoStatus(errno, "open", lock_path);
  std::vector<BlobFile> blobs = ListBlobs(options.root);
  int64_t total = TotalBytes(blobs);
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) return total;
  std::sort(blobs.begin(), blobs.end(),
            [](const BlobFile& a, const BlobFile& b) {
              return std::tie(a.used, a.path) < std::tie(b.used, b.path);
            });
  if (total <= options.max_bytes) return total;
  for (const BlobFile& blob : blobs) {
    if (total <= TargetBytes(options.max_bytes)) break;
    if (blob.used >= options.keep_since) break;
    if (RemoveUnlessUsed(blob, options.keep_since)) total -= blob.size_bytes;
  }
  return total;
}

}  // namespace longtake
