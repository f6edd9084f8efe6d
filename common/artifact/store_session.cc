#include "common/artifact/store_session.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <random>
#include <system_error>

namespace longtake {
namespace {

namespace fs = std::filesystem;

constexpr char kLockSuffix[] = ".lock";
constexpr char kKeepLockSuffix[] = ".keep.lock";
constexpr int kNameAttempts = 16;

std::string TmpDirectory(const std::string& root) { return root + "/tmp"; }

// Names only files that are gone before the results are: no result depends on
// this randomness.
std::string NewSessionName() {
  std::random_device device;
  return fmt::format("{}-{:08x}{:08x}", ::getpid(), device(), device());
}

// True when this call now holds the lock of a file that is still linked.
bool TakeLock(const Fd& lock) {
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) return false;
  struct stat info = {};
  return ::fstat(lock.get(), &info) == 0 && info.st_nlink > 0;
}

void RemoveIfDead(const fs::path& lock_path) {
  const Fd lock(::open(lock_path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
  if (!lock.ok() || !TakeLock(lock)) return;
  std::string session = lock_path.string();
  for (const std::string suffix : {kKeepLockSuffix, kLockSuffix}) {
    if (session.ends_with(suffix)) {
      session.resize(session.size() - suffix.size());
      break;
    }
  }
  std::error_code ignored;
  fs::remove_all(session, ignored);
  // Last: until here another cleaner would find the lock taken.
  ::unlink(lock_path.c_str());
}

template <typename Visit>
void ForEachLock(const std::string& root, const std::string& suffix,
                 Visit visit) {
  std::error_code error;
  fs::directory_iterator it(TmpDirectory(root), error);
  for (; !error && it != fs::directory_iterator(); it.increment(error)) {
    if (it->path().string().ends_with(suffix)) visit(it->path());
  }
}

}  // namespace

StatusOr<std::unique_ptr<StoreSession>> StoreSession::Open(
    const std::string& root, bool keep_used_while_open) {
  const std::string tmp = TmpDirectory(root);
  if (::mkdir(tmp.c_str(), 0777) != 0 && errno != EEXIST) {
    return ErrnoStatus(errno, "create", tmp);
  }
  const char* suffix = keep_used_while_open ? kKeepLockSuffix : kLockSuffix;
  for (int attempt = 0; attempt < kNameAttempts; ++attempt) {
    std::unique_ptr<StoreSession> session(new StoreSession());
    const std::string directory = tmp + "/" + NewSessionName();
    const std::string lock_path = directory + suffix;
    Fd lock(::open(lock_path.c_str(),
                   O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666));
    if (!lock.ok() && errno == EEXIST) continue;
    if (!lock.ok()) return ErrnoStatus(errno, "create", lock_path);
    // A cleaner may have come between: then the file is gone, try again.
    if (!TakeLock(lock)) continue;
    if (::mkdir(directory.c_str(), 0777) != 0) {
      const int error = errno;
      ::unlink(lock_path.c_str());
      return ErrnoStatus(error, "create", directory);
    }
    session->directory_ = directory;
    session->lock_path_ = lock_path;
    session->lock_ = std::move(lock);
    return session;
  }
  return Unavailable(fmt::format("no free name in {}", tmp));
}

StoreSession::~StoreSession() {
  if (!lock_.ok()) return;
  std::error_code ignored;
  fs::remove_all(directory_, ignored);
  ::unlink(lock_path_.c_str());
}

std::string StoreSession::NewPath(const std::string& suffix) {
  return fmt::format("{}/{}{}", directory_, next_.fetch_add(1), suffix);
}

void RemoveDeadSessions(const std::string& root) {
  ForEachLock(root, kLockSuffix, RemoveIfDead);
}

absl::Time OldestKeepingSession(const std::string& root) {
  absl::Time oldest = absl::InfiniteFuture();
  ForEachLock(root, kKeepLockSuffix, [&oldest](const fs::path& path) {
    const Fd lock(::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
    struct stat info = {};
    if (!lock.ok() || ::fstat(lock.get(), &info) != 0) return;
    // Held by its owner: alive. A shared lock of ours would look like that to
    // another reader, so only the exclusive one is tried, and given back.
    if (::flock(lock.get(), LOCK_EX | LOCK_NB) == 0) return;
    oldest = std::min(oldest, absl::TimeFromTimespec(info.st_mtim));
  });
  return oldest;
}

}  // namespace longtake
