#pragma once
// One open store in one process: its corner of tmp/, held by a lock file that
// the kernel releases when the process dies. Private to common/artifact.
//
// tmp/<session>.lock is locked (flock) while <session> lives; its temporary
// files are in tmp/<session>/. A session whose lock can be taken is dead, and
// what it left is removed. "<session>.keep.lock" says as well that no blob used
// since the lock file's time may be evicted.

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/time/time.h"
#include "common/artifact/posix_file.h"

namespace longtake {

// Thread-safe.
class StoreSession {
 public:
  // `root` is the store's directory; it exists.
  static StatusOr<std::unique_ptr<StoreSession>> Open(
      const std::string& root, bool keep_used_while_open);
  // Removes the session's temporary files.
  ~StoreSession();
  StoreSession(const StoreSession&) = delete;
  StoreSession& operator=(const StoreSession&) = delete;

  // A fresh path in this session's directory.
  std::string NewPath(const std::string& suffix);
  const std::string& directory() const { return directory_; }

 private:
  StoreSession() = default;

  std::string directory_;
  std::string lock_path_;
  Fd lock_;
  std::atomic<uint64_t> next_{0};
};

// Removes what dead sessions left below root/tmp. Best effort.
void RemoveDeadSessions(const std::string& root);

// The start of the oldest live session that keeps what was used since; the
// infinite future when there is none.
absl::Time OldestKeepingSession(const std::string& root);

}  // namespace longtake
