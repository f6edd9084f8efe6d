#include "common/artifact/object_files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "common/artifact/artifact_store.h"

namespace longtake {
namespace {

namespace fs = std::filesystem;

constexpr char kObjects[] = "objects";
constexpr size_t kMaxNameBytes = 1024;
constexpr size_t kMaxPartBytes = 200;

bool IsLegalCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

bool IsLegalPart(std::string_view part) {
  return !part.empty() && part.size() <= kMaxPartBytes && part[0] != '.' &&
         std::all_of(part.begin(), part.end(), IsLegalCharacter);
}

Status IllegalName(const std::string& name) {
  return InvalidArgument(fmt::format(
      "object name '{}': need parts of A-Z a-z 0-9 . _ - joined by '/', none "
      "of them starting with '.'",
      name));
}

// The directory of an object and its last part.
struct Place {
  Fd directory;
  std::string file;
};

StatusOr<Place> FindPlace(const Fd& root, const std::string& root_path,
                          const std::string& name, bool create) {
  LT_ASSIGN_OR_RETURN(std::vector<std::string> parts, SplitObjectName(name));
  Place place;
  place.file = parts.back();
  parts.pop_back();
  parts.insert(parts.begin(), kObjects);
  LT_ASSIGN_OR_RETURN(place.directory,
                      OpenDirectoryBelow(root, root_path, parts, create));
  return place;
}

// Renames without replacing. Some file systems know no such rename: a hard link
// does the same there.
int RenameIfAbsent(const std::string& from, const Place& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), to.directory.get(), to.file.c_str(),
                  RENAME_NOREPLACE) == 0) {
    return 0;
  }
  if (errno != EINVAL && errno != ENOSYS) return errno;
  if (::linkat(AT_FDCWD, from.c_str(), to.directory.get(), to.file.c_str(),
               0) != 0) {
    return errno;
  }
  ::unlink(from.c_str());
  return 0;
}

// shown: what messages name.
Status WriteDurably(const std::string& path, const std::string& shown,
                    const std::string& bytes) {
  const Fd file(::open(path.c_str(),
                       O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
                       0666));
  if (!file.ok()) return ErrnoStatus(errno, "create", shown);
  LT_RETURN_IF_ERROR(WriteAll(file.get(), bytes.data(), bytes.size(), shown));
  return SyncFile(file.get(), shown);
}

}  // namespace

StatusOr<std::vector<std::string>> SplitObjectName(const std::string& name) {
  if (name.empty() || name.size() > kMaxNameBytes) return IllegalName(name);
  std::vector<std::string> parts;
  size_t begin = 0;
  while (true) {
    const size_t slash = name.find('/', begin);
    parts.push_back(name.substr(begin, slash - begin));
    if (!IsLegalPart(parts.back())) return IllegalName(name);
    if (slash == std::string::npos) return parts;
    begin = slash + 1;
  }
}

StatusOr<bool> PutObject(const Fd& root, const std::string& root_path,
                         const std::string& name, const std::string& bytes,
                         const std::string& temporary_path, bool replace) {
  if (bytes.size() > static_cast<size_t>(kMaxObjectBytes)) {
    return InvalidArgument(
        fmt::format("object {}: {} bytes, at most {} are "
                    "accepted",
                    name, bytes.size(), kMaxObjectBytes));
  }
  LT_ASSIGN_OR_RETURN(const Place place,
                      FindPlace(root, root_path, name, /*create=*/true));
  const std::string shown = fmt::format("{}/{}/{}", root_path, kObjects, name);
  Status written = WriteDurably(temporary_path, shown, bytes);
  int error = 0;
  if (written.ok()) {
    error = replace
                ? (::renameat(AT_FDCWD, temporary_path.c_str(),
                              place.directory.get(), place.file.c_str()) == 0
                       ? 0
                       : errno)
                : RenameIfAbsent(temporary_path, place);
  }
  if (!written.ok() || error != 0) ::unlink(temporary_path.c_str());
  LT_RETURN_IF_ERROR(written);
  if (error == EEXIST && !replace) return false;
  if (error != 0) return ErrnoStatus(error, "write", shown);
  LT_RETURN_IF_ERROR(SyncFile(place.directory.get(), shown));
  return true;
}

StatusOr<std::string> GetObject(const Fd& root, const std::string& root_path,
                                const std::string& name) {
  LT_RETURN_IF_ERROR(SplitObjectName(name).status());
  const std::string path = fmt::format("{}/{}", kObjects, name);
  const std::string shown = fmt::format("{}/{}", root_path, path);
  const Fd file(OpenFileBelow(root, path, O_RDONLY | O_CLOEXEC));
  if (!file.ok()) return ErrnoStatus(errno, "read", shown);
  return ReadAll(file.get(), kMaxObjectBytes, shown);
}

Status DeleteObject(const Fd& root, const std::string& root_path,
                    const std::string& name) {
  StatusOr<Place> place = FindPlace(root, root_path, name, /*create=*/false);
  if (place.status().code() == StatusCode::kNotFound) return OkStatus();
  LT_RETURN_IF_ERROR(place.status());
  const std::string shown = fmt::format("{}/{}/{}", root_path, kObjects, name);
  if (::unlinkat(place->directory.get(), place->file.c_str(), 0) != 0) {
    if (errno == ENOENT) return OkStatus();
    return ErrnoStatus(errno, "delete", shown);
  }
  return SyncFile(place->directory.get(), shown);
}

StatusOr<std::vector<std::string>> ListObjects(const std::string& root_path,
                                               const std::string& prefix) {
  // The deepest directory that holds every match.
  const size_t slash = prefix.rfind('/');
  std::string start = root_path + "/" + kObjects;
  if (slash != std::string::npos) {
    const std::string directory = prefix.substr(0, slash);
    LT_RETURN_IF_ERROR(SplitObjectName(directory).status());
    start += "/" + directory;
  }
  const size_t skip = root_path.size() + 1 + sizeof(kObjects);
  std::vector<std::string> names;
  std::error_code error;
  if (fs::is_symlink(start, error)) return names;
  fs::recursive_directory_iterator it(start, error);
  for (; !error && it != fs::recursive_directory_iterator();
       it.increment(error)) {
    std::error_code ignored;
    if (it->is_symlink(ignored) || !it->is_regular_file(ignored)) continue;
    const std::string name = it->path().string().substr(skip);
    if (name.starts_with(prefix) && SplitObjectName(name).ok()) {
      names.push_back(name);
    }
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    return ErrnoStatus(error.value(), "list", start);
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace longtake
