#include "client/files/input_files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "common/digest/sha256.h"
#include "common/job/job_json.h"

namespace longtake::client {
namespace {

// Names go into messages and manifests: what no farm accepts there is replaced.
std::string DisplayName(const std::string& path) {
  std::string name = std::filesystem::path(path).filename().string();
  if (IsPlainUtf8(name)) return name;
  for (char& c : name) {
    const unsigned char byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte >= 0x7F) c = '?';
  }
  return name;
}

}  // namespace

std::string ShownPath(const std::string& path) {
  std::string shown = path;
  for (char& c : shown) {
    const unsigned char byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F) c = '?';
  }
  return shown;
}

Status CheckInput(const InputPath& input) {
  const auto line = [&input](const std::string& problem) {
    return fmt::format("{} {}: {}", input.role, ShownPath(input.path), problem);
  };
  if (input.path.empty()) {
    return InvalidArgument(
        fmt::format("{}: the file name is empty", input.role));
  }
  struct stat info = {};
  if (::stat(input.path.c_str(), &info) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) {
      return NotFound(line("no such file: check the path"));
    }
    return FailedPrecondition(
        line(fmt::format("{}: check its permissions", std::strerror(errno))));
  }
  if (S_ISDIR(info.st_mode)) {
    return InvalidArgument(line("is a directory: give a file"));
  }
  if (!S_ISREG(info.st_mode)) {
    return InvalidArgument(
        line("is not a regular file: write it to a file first"));
  }
  if (::access(input.path.c_str(), R_OK) != 0) {
    return FailedPrecondition(
        line(fmt::format("{}: check its permissions", std::strerror(errno))));
  }
  if (info.st_size == 0) {
    return InvalidArgument(line("is empty: give a file with content"));
  }
  return OkStatus();
}

StatusOr<InputFile> ReadInput(const InputPath& input) {
  LT_RETURN_IF_ERROR(CheckInput(input));
  InputFile file;
  LT_ASSIGN_OR_RETURN(file.blob.sha256, Sha256OfFile(input.path));
  std::error_code error;
  const uintmax_t size = std::filesystem::file_size(input.path, error);
  if (error) {
    return FailedPrecondition(fmt::format(
        "{} {}: {}", input.role, ShownPath(input.path), error.message()));
  }
  file.blob.size_bytes = static_cast<int64_t>(size);
  file.name = DisplayName(input.path);
  return file;
}

}  // namespace longtake::client
