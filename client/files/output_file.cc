#include "client/files/output_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>

#include "absl/strings/ascii.h"

namespace longtake::client {
namespace {

std::string DirectoryOf(const std::string& path) {
  const std::string parent = std::filesystem::path(path).parent_path().string();
  return parent.empty() ? "." : parent;
}

Status WriteError(int error, const std::string& path) {
  if (error == ENOSPC || error == EDQUOT) {
    return ResourceExhausted(fmt::format(
        "write {}: no space left: free some, or choose another place", path));
  }
  return FailedPrecondition(fmt::format(
      "write {}: {}: make the place writable, or choose another output", path,
      std::strerror(error)));
}

// Permissions alone don't tell: root has all of them, also in /proc and on a
// read-only file system.
Status TryPlace(const std::string& path) {
  return OutputFile::Create(path).status();
}

}  // namespace

Status CheckOutputPlace(const std::string& path) {
  if (path.empty()) return InvalidArgument("the output's file name is empty");
  if (std::any_of(path.begin(), path.end(), absl::ascii_iscntrl)) {
    return InvalidArgument(
        "the output's name holds control characters: give another name");
  }
  const std::string directory = DirectoryOf(path);
  struct stat info = {};
  if (::stat(directory.c_str(), &info) != 0) {
    return NotFound(
        fmt::format("output {}: the directory {} does not exist: "
                    "make it first",
                    path, directory));
  }
  if (!S_ISDIR(info.st_mode)) {
    return InvalidArgument(
        fmt::format("output {}: {} is not a directory", path, directory));
  }
  if (::stat(path.c_str(), &info) != 0) {
    if (errno == ENOENT) return TryPlace(path);
    return InvalidArgument(fmt::format("output {}: {}: give another file name",
                                       path, std::strerror(errno)));
  }
  if (S_ISDIR(info.st_mode)) {
    return InvalidArgument(
        fmt::format("output {}: is a directory: give a file name", path));
  }
  if (!S_ISREG(info.st_mode)) {
    return InvalidArgument(fmt::format(
        "output {}: is not a regular file: give another file name", path));
  }
  return TryPlace(path);
}

Status CheckTakeName(const std::string& path) {
  std::string ending = std::filesystem::path(path).extension().string();
  for (char& c : ending) c = absl::ascii_tolower(c);
  if (ending == ".mp4" || ending == ".m4v") return OkStatus();
  return InvalidArgument(fmt::format(
      "output {}: the take is an MP4 file: give a name that ends in "
      ".mp4 or .m4v",
      path));
}

Status CheckOutput(const std::string& path, bool force,
                   const std::string& inputs_digest,
                   const TagReader& read_tag) {
  LT_RETURN_IF_ERROR(CheckOutputPlace(path));
  if (force || !std::filesystem::exists(path)) return OkStatus();
  const StatusOr<std::string> tag = read_tag(path);
  if (tag.ok() && !tag->empty() && *tag == inputs_digest) return OkStatus();
  return FailedPrecondition(fmt::format(
      "output {}: exists and is not this job's result: give --force to replace "
      "it, or another name",
      path));
}

StatusOr<std::unique_ptr<OutputFile>> OutputFile::Create(
    const std::string& path) {
  std::string temporary = fmt::format(
      "{}/.{}.XXXXXX", DirectoryOf(path),
      std::filesystem::path(path).filename().string().substr(0, 200));
  const int fd = ::mkostemp(temporary.data(), O_CLOEXEC);
  if (fd < 0) return WriteError(errno, path);
  // mkostemp makes files for the owner alone; the result is an ordinary file.
  const mode_t mask = ::umask(0);
  ::umask(mask);
  (void)::fchmod(fd, 0666 & ~mask);
  return std::unique_ptr<OutputFile>(
      new OutputFile(path, std::move(temporary), fd));
}

OutputFile::OutputFile(std::string path, std::string temporary, int fd)
    : path_(std::move(path)), temporary_(std::move(temporary)), fd_(fd) {}

OutputFile::~OutputFile() {
  if (fd_ >= 0) ::close(fd_);
  if (!committed_) ::unlink(temporary_.c_str());
}

Status OutputFile::Append(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd_, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return WriteError(errno, path_);
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return OkStatus();
}

Status OutputFile::Commit() {
  if (::fsync(fd_) != 0) return WriteError(errno, path_);
  if (::close(std::exchange(fd_, -1)) != 0) return WriteError(errno, path_);
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) {
    return WriteError(errno, path_);
  }
  committed_ = true;
  const int directory =
      ::open(DirectoryOf(path_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory >= 0) {
    (void)::fsync(directory);
    ::close(directory);
  }
  return OkStatus();
}

}  // namespace longtake::client
