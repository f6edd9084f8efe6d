#include "worker/media/atomic_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

namespace longtake::worker {
namespace {

Status IoStatus(const std::string& path, const char* action, int error) {
  const std::string text =
      fmt::format("{}: cannot {} ({})", path, action, std::strerror(error));
  if (error == ENOSPC || error == EDQUOT || error == EFBIG) {
    return ResourceExhausted(text +
                             ": free some space there or choose another place");
  }
  return InvalidArgument(text +
                         ": give a path in a directory that you may write to");
}

std::string DirectoryOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

Status SyncPath(const std::string& path, int flags) {
  const int fd = open(path.c_str(), flags | O_CLOEXEC);
  if (fd < 0) return IoStatus(path, "open it", errno);
  const int result = fsync(fd);
  const int error = errno;
  close(fd);
  // Some file systems have no fsync of a directory; the rename still holds.
  if (result != 0 && error != EINVAL) return IoStatus(path, "sync it", error);
  return OkStatus();
}

}  // namespace

StatusOr<AtomicFile> AtomicFile::Create(const std::string& path) {
  const size_t slash = path.rfind('/');
  const std::string name =
      slash == std::string::npos ? path : path.substr(slash + 1);
  std::string temporary =
      fmt::format("{}/.{}.XXXXXX.part", DirectoryOf(path), name);
  const int fd = mkostemps(temporary.data(), 5, O_CLOEXEC);
  if (fd < 0) return IoStatus(path, "be written", errno);
  // mkostemps makes it private; a result is as readable as any other file.
  const mode_t mask = umask(0);
  umask(mask);
  fchmod(fd, 0666 & ~mask);
  close(fd);
  return AtomicFile(path, std::move(temporary));
}

AtomicFile::AtomicFile(AtomicFile&& other) noexcept
    : path_(std::move(other.path_)),
      temporary_(std::exchange(other.temporary_, std::string())) {}

AtomicFile::~AtomicFile() {
  if (!temporary_.empty()) unlink(temporary_.c_str());
}

Status AtomicFile::Commit() {
  LT_RETURN_IF_ERROR(SyncPath(temporary_, O_RDONLY));
  if (rename(temporary_.c_str(), path_.c_str()) != 0) {
    return IoStatus(path_, "be written", errno);
  }
  temporary_.clear();
  return SyncPath(DirectoryOf(path_), O_RDONLY | O_DIRECTORY);
}

Status WriteFileAtomically(const std::string& path, std::string_view bytes) {
  LT_ASSIGN_OR_RETURN(AtomicFile file, AtomicFile::Create(path));
  const int fd = open(file.temporary_path().c_str(), O_WRONLY | O_CLOEXEC);
  if (fd < 0) return IoStatus(path, "be written", errno);
  while (!bytes.empty()) {
    const ssize_t n = write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      const int error = errno;
      close(fd);
      return IoStatus(path, "be written", error);
    }
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  if (close(fd) != 0) return IoStatus(path, "be written", errno);
  return file.Commit();
}

}  // namespace longtake::worker
