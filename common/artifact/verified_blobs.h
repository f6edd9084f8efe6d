#pragma once
// Which blobs this process has hashed and found whole, so that a look-up of a
// thousand results reads each blob once. What is remembered is the file as it
// was then (inode, size, modification time): a blob that anyone else has
// written or used since is hashed again. Private to common/artifact.

#include <sys/stat.h>

#include <cstdint>
#include <set>
#include <string>
#include <unordered_map>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "common/artifact/posix_file.h"
#include "common/status/status.h"

namespace longtake {

// Thread-safe.
class VerifiedBlobs {
 public:
  // A file at one moment.
  struct Seen {
    uint64_t device = 0;
    uint64_t inode = 0;
    int64_t size_bytes = 0;
    int64_t modified_seconds = 0;
    int64_t modified_nanos = 0;
    friend bool operator==(const Seen&, const Seen&) = default;
  };
  static Seen From(const struct stat& info);
  // `path` is for the message.
  static StatusOr<Seen> Look(const Fd& file, const std::string& path);

  // Holds the right to verify one digest; made, it waits for whoever has it.
  class Turn {
   public:
    // Borrows `blobs` for its own life.
    Turn(VerifiedBlobs& blobs, const std::string& digest);
    ~Turn();
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

   private:
    VerifiedBlobs& blobs_;
    const std::string digest_;
  };

  // Whether `file` is what was remembered, untouched.
  bool Knows(const std::string& digest, const Fd& file);
  // `seen` from before the hashing: a write meanwhile shows later.
  void Remember(const std::string& digest, const Seen& seen);
  // This process has changed the file's time itself; `before` is from just
  // before that.
  void Touched(const std::string& digest, const struct stat& before,
               const Fd& file);

  // Beyond so many all are forgotten, and hashed again when asked for.
  static constexpr size_t kMaxRemembered = 1 << 16;

 private:
  absl::Mutex mutex_;
  std::set<std::string> in_turn_ ABSL_GUARDED_BY(mutex_);
  std::unordered_map<std::string, Seen> seen_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace longtake
