#include "common/artifact/verified_blobs.h"

#include <cerrno>

namespace longtake {

VerifiedBlobs::Seen VerifiedBlobs::From(const struct stat& info) {
  return {info.st_dev, info.st_ino, info.st_size, info.st_mtim.tv_sec,
          info.st_mtim.tv_nsec};
}

StatusOr<VerifiedBlobs::Seen> VerifiedBlobs::Look(const Fd& file,
                                                  const std::string& path) {
  struct stat info = {};
  if (::fstat(file.get(), &info) != 0) {
    return ErrnoStatus(errno, "open", path);
  }
  return From(info);
}

VerifiedBlobs::Turn::Turn(VerifiedBlobs& blobs, const std::string& digest)
    : blobs_(blobs), digest_(digest) {
  absl::MutexLock lock(&blobs_.mutex_);
  const auto is_free = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(blobs_.mutex_) {
    return !blobs_.in_turn_.contains(digest_);
  };
  blobs_.mutex_.Await(absl::Condition(&is_free));
  blobs_.in_turn_.insert(digest_);
}

VerifiedBlobs::Turn::~Turn() {
  absl::MutexLock lock(&blobs_.mutex_);
  blobs_.in_turn_.erase(digest_);
}

bool VerifiedBlobs::Knows(const std::string& digest, const Fd& file) {
  struct stat info = {};
  if (::fstat(file.get(), &info) != 0) return false;
  absl::MutexLock lock(&mutex_);
  const auto it = seen_.find(digest);
  return it != seen_.end() && it->second == From(info);
}

void VerifiedBlobs::Remember(const std::string& digest, const Seen& seen) {
  absl::MutexLock lock(&mutex_);
  if (seen_.size() >= kMaxRemembered) seen_.clear();
  seen_[digest] = seen;
}

void VerifiedBlobs::Touched(const std::string& digest,
                            const struct stat& before, const Fd& file) {
  struct stat after = {};
  if (::fstat(file.get(), &after) != 0) return;
  absl::MutexLock lock(&mutex_);
  const auto it = seen_.find(digest);
  if (it != seen_.end() && it->second == From(before)) {
    it->second = From(after);
  }
}

}  // namespace longtake
