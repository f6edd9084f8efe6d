#pragma once
// File descriptors and durable files, with errors that say what to do. Private
// to common/artifact.

#include <sys/types.h>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "common/status/status.h"

namespace longtake {

// Owns a file descriptor.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  ~Fd() { Close(); }
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    if (this != &other) {
      Close();
      fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
  }
  int get() const { return fd_; }
  bool ok() const { return fd_ >= 0; }
  void Close();

 private:
  int fd_ = -1;
};

// "action path: reason", with a code and remedy by errno: no space is
// ResourceExhausted, no permission FailedPrecondition, absence NotFound.
Status ErrnoStatus(int error, const std::string& action,
                   const std::string& path);

// Opens the directory root/parts[0]/parts[1]/…, never through a symbolic link
// below root; made on the way where `create`. Thread-safe. `root` is borrowed.
StatusOr<Fd> OpenDirectoryBelow(const Fd& root, const std::string& root_path,
                                const std::vector<std::string>& parts,
                                bool create);

// Opens a file below root, `path` relative to it, never through a symbolic link
// and never out of root; `flags` of open without O_CREAT. -1 and errno as
// openat. A pipe is opened and not waited for.
int OpenFileBelow(const Fd& root, const std::string& path, int flags);
// The same part by part: what OpenFileBelow does where the kernel has no
// openat2. For it and for tests.
int OpenFileStepwise(const Fd& root, const std::string& path, int flags);

Status WriteAll(int fd, const void* data, size_t size_bytes,
                const std::string& path);
// The whole file; ResourceExhausted when larger than max_bytes.
StatusOr<std::string> ReadAll(int fd, int64_t max_bytes,
                              const std::string& path);
Status SyncFile(int fd, const std::string& path);

}  // namespace longtake
