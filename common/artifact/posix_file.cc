#include "common/artifact/posix_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>

namespace longtake {
namespace {

// A whole path in one call, where the kernel (5.6) and whoever filters its
// calls know it; else -1 with ENOSYS.
int OpenInOneCall(int root, const char* path, int flags) {
  static std::atomic<bool> unknown = false;
  if (unknown) {
    errno = ENOSYS;
    return -1;
  }
  open_how how = {};
  how.flags = static_cast<uint64_t>(flags);
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
  while (true) {
    const auto fd =
        static_cast<int>(::syscall(SYS_openat2, root, path, &how, sizeof how));
    // EAGAIN: something was renamed meanwhile.
    if (fd >= 0 || (errno != EINTR && errno != EAGAIN)) {
      if (fd < 0 && errno == EPERM) errno = ENOSYS;
      if (fd < 0 && errno == ENOSYS) unknown = true;
      return fd;
    }
  }
}

}  // namespace

int OpenFileStepwise(const Fd& root, const std::string& path, int flags) {
  if (("/" + path + "/").find("/../") != std::string::npos) {
    errno = EXDEV;  // as RESOLVE_BENEATH
    return -1;
  }
  Fd dir;
  size_t begin = 0;
  for (size_t slash = path.find('/'); slash != std::string::npos;
       slash = path.find('/', begin)) {
    const std::string part = path.substr(begin, slash - begin);
    Fd next(::openat(dir.ok() ? dir.get() : root.get(), part.c_str(),
                     O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
    if (!next.ok()) return -1;
    dir = std::move(next);
    begin = slash + 1;
  }
  return ::openat(dir.ok() ? dir.get() : root.get(), path.c_str() + begin,
                  flags | O_NOFOLLOW);
}

int OpenFileBelow(const Fd& root, const std::string& path, int flags) {
  flags |= O_NONBLOCK;  // a pipe is no file, and not to be waited for
  const int fd = OpenInOneCall(root.get(), path.c_str(), flags);
  if (fd >= 0 || errno != ENOSYS) return fd;
  return OpenFileStepwise(root, path, flags);
}

void Fd::Close() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

Status ErrnoStatus(int error, const std::string& action,
                   const std::string& path) {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
      return ResourceExhausted(
          fmt::format("{} {}: no space left: free some there, or choose "
                      "another artifact directory",
                      action, path));
    case EACCES:
    case EPERM:
    case EROFS:
      return FailedPrecondition(fmt::format(
          "{} {}: {}: make it writable, or choose another artifact directory",
          action, path, std::strerror(error)));
    case ENOTDIR:
    case ELOOP:
      return InvalidArgument(
          fmt::format("{} {}: not a directory, or a symbolic link in the "
                      "store: choose another artifact directory",
                      action, path));
    case EMFILE:
    case ENFILE:
      return ResourceExhausted(
          fmt::format("{} {}: {}: raise the limit of open files (ulimit -n)",
                      action, path, std::strerror(error)));
    case ENOENT:
      return NotFound(fmt::format("{} {}: not there", action, path));
    default:
      return Unavailable(
          fmt::format("{} {}: {}", action, path, std::strerror(error)));
  }
}

StatusOr<Fd> OpenDirectoryBelow(const Fd& root, const std::string& root_path,
                                const std::vector<std::string>& parts,
                                bool create) {
  constexpr int kFlags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
  if (!parts.empty()) {
    const std::string below = fmt::format("{}", fmt::join(parts, "/"));
    Fd whole(OpenFileBelow(root, below, kFlags));
    if (whole.ok()) return whole;
    // What is missing is made, or named, part by part.
  }
  Fd dir(::openat(root.get(), ".", kFlags));
  if (!dir.ok()) return ErrnoStatus(errno, "open", root_path);
  std::string path = root_path;
  for (const std::string& part : parts) {
    path += "/" + part;
    Fd next(::openat(dir.get(), part.c_str(), kFlags | O_NOFOLLOW));
    if (!next.ok() && errno == ENOENT && create) {
      if (::mkdirat(dir.get(), part.c_str(), 0777) != 0 && errno != EEXIST) {
        return ErrnoStatus(errno, "create", path);
      }
      // The name must survive a crash as surely as the files below it.
      LT_RETURN_IF_ERROR(SyncFile(dir.get(), path));
      next = Fd(::openat(dir.get(), part.c_str(), kFlags | O_NOFOLLOW));
    }
    if (!next.ok()) return ErrnoStatus(errno, "open", path);
    dir = std::move(next);
  }
  return dir;
}

Status WriteAll(int fd, const void* data, size_t size_bytes,
                const std::string& path) {
  const char* bytes = static_cast<const char*>(data);
  while (size_bytes > 0) {
    const ssize_t n = ::write(fd, bytes, size_bytes);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return ErrnoStatus(errno, "write", path);
    bytes += n;
    size_bytes -= static_cast<size_t>(n);
  }
  return OkStatus();
}

StatusOr<std::string> ReadAll(int fd, int64_t max_bytes,
                              const std::string& path) {
  struct stat info = {};
  if (::fstat(fd, &info) != 0) return ErrnoStatus(errno, "read", path);
  if (!S_ISREG(info.st_mode)) {
    return InvalidArgument(fmt::format("read {}: not a regular file", path));
  }
  if (info.st_size > max_bytes) {
    return ResourceExhausted(
        fmt::format("read {}: {} bytes, at most {} are "
                    "accepted",
                    path, info.st_size, max_bytes));
  }
  std::string bytes(static_cast<size_t>(info.st_size), '\0');
  size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t n = ::read(fd, bytes.data() + done, bytes.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return ErrnoStatus(errno, "read", path);
    if (n == 0) break;
    done += static_cast<size_t>(n);
  }
  bytes.resize(done);
  return bytes;
}

Status SyncFile(int fd, const std::string& path) {
  while (::fsync(fd) != 0) {
    if (errno == EINTR) continue;
    // A file system without fsync on directories has nothing to sync there.
    if (errno == EINVAL || errno == ENOTSUP) return OkStatus();
    return ErrnoStatus(errno, "sync", path);
  }
  return OkStatus();
}

}  // namespace longtake
