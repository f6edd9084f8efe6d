#include "common/artifact/directory_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>

#include <cerrno>
#include <utility>

#include "common/artifact/posix_file.h"

namespace longtake {
namespace {

constexpr char kLockFile[] = "coordinator.lock";

bool HasNoLocks(int error) {
  return error == ENOLCK || error == EOPNOTSUPP || error == ENOSYS ||
         error == EINVAL;
}

}  // namespace

DirectoryLock::DirectoryLock(Fd file, bool is_held)
    : file_(std::make_unique<const Fd>(std::move(file))), is_held_(is_held) {}

DirectoryLock::~DirectoryLock() = default;

StatusOr<std::unique_ptr<DirectoryLock>> DirectoryLock::Take(
    const std::string& root, DirectoryUse use) {
  const std::string path = root + "/" + kLockFile;
  Fd file(
      ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666));
  if (!file.ok()) return ErrnoStatus(errno, "open", path);
  const int how = use == DirectoryUse::kAlone ? LOCK_EX : LOCK_SH;
  while (::flock(file.get(), how | LOCK_NB) != 0) {
    const int error = errno;
    if (error == EINTR) continue;
    if (error == EWOULDBLOCK) {
      return FailedPrecondition(fmt::format("{} is locked", path));
    }
    if (!HasNoLocks(error)) return ErrnoStatus(error, "lock", path);
    return std::unique_ptr<DirectoryLock>(
        new DirectoryLock(std::move(file), false));
  }
  return std::unique_ptr<DirectoryLock>(
      new DirectoryLock(std::move(file), true));
}

}  // namespace longtake
