#pragma once
// Who may keep a farm's state over one artifact directory: coordinators that
// share their state, or a single one that keeps its own. The lock is a file in
// the directory (coordinator.lock, flock), which the kernel releases when its
// holder ends, however it ends.

#include <memory>
#include <string>

#include "common/status/status.h"

namespace longtake {

class Fd;

enum class DirectoryUse {
  kAlone,  // nobody else, of either use
  kShared  // others that share it
};

// Held for as long as it lives.
class DirectoryLock {
 public:
  // `root`: of a store that exists. FailedPrecondition while somebody whose use
  // does not go with this one holds it. Where the file system has no flock the
  // lock is taken and protects nothing: see is_held.
  static StatusOr<std::unique_ptr<DirectoryLock>> Take(const std::string& root,
                                                       DirectoryUse use);
  ~DirectoryLock();
  bool is_held() const { return is_held_; }

 private:
  DirectoryLock(Fd file, bool is_held);

  const std::unique_ptr<const Fd> file_;
  const bool is_held_;
};

}  // namespace longtake
