#include "client/preview/preview_directory.h"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>
#include <vector>

#include "client/preview/hls_playlist.h"
#include "worker/media/atomic_file.h"

namespace longtake::client {
namespace {

namespace fs = std::filesystem;

// Says whose the directory is. Removed last, written first.
constexpr char kMarkName[] = ".longtake-preview";

// Names of ours, and of those among them that were being written.
bool IsOurs(const std::string& name) {
  std::string base = name;
  if (name.starts_with('.') && name.ends_with(".part")) {
    // ".NAME.XXXXXX.part" of atomic_file.h
    constexpr size_t kSuffix = sizeof(".XXXXXX.part") - 1;
    if (name.size() <= kSuffix + 1) return false;
    base = name.substr(1, name.size() - kSuffix - 1);
  }
  return base == kMarkName || base == kPlaylistName || base == kInitName ||
         IsMediaSegmentName(base);
}

Status Unusable(const std::string& path, const std::string& why) {
  return FailedPrecondition(
      fmt::format("preview {}: {}: give a new or empty directory", path, why));
}

StatusOr<std::vector<std::string>> NamesIn(const std::string& path) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator it(path, error), end; !error && it != end;
       it.increment(error)) {
    names.push_back(it->path().filename().string());
  }
  if (error) return Unusable(path, error.message());
  return names;
}

}  // namespace

Status CheckPreviewPlace(const std::string& path) {
  if (path.empty()) return InvalidArgument("the preview's directory is empty");
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) {
    fs::path parent = fs::path(path).lexically_normal();
    if (!parent.has_filename()) parent = parent.parent_path();
    parent = parent.parent_path();
    if (!parent.empty() && !fs::is_directory(parent, error)) {
      return NotFound(
          fmt::format("preview {}: the directory {} does not exist: make it "
                      "first",
                      path, parent.string()));
    }
    return OkStatus();
  }
  if (status.type() != fs::file_type::directory) {
    return Unusable(path, "is not a directory");
  }
  LT_ASSIGN_OR_RETURN(const std::vector<std::string> names, NamesIn(path));
  if (names.empty()) return OkStatus();
  bool marked = false;
  for (const std::string& name : names) {
    if (!IsOurs(name)) {
      return Unusable(path,
                      fmt::format("holds {}, which is of no preview", name));
    }
    marked |= name == kMarkName;
  }
  return marked ? OkStatus() : Unusable(path, "holds files of others");
}

StatusOr<std::unique_ptr<PreviewDirectory>> PreviewDirectory::Open(
    const std::string& path) {
  LT_RETURN_IF_ERROR(CheckPreviewPlace(path));
  std::error_code error;
  fs::create_directory(path, error);
  if (error) return Unusable(path, error.message());
  std::unique_ptr<PreviewDirectory> directory(new PreviewDirectory(path));
  LT_RETURN_IF_ERROR(directory->Write(kMarkName, ""));
  LT_ASSIGN_OR_RETURN(const std::vector<std::string> names, NamesIn(path));
  // The playlist first: what it names is never missing.
  fs::remove(directory->Join(kPlaylistName), error);
  for (const std::string& name : names) {
    if (name != kMarkName) fs::remove(directory->Join(name), error);
  }
  return directory;
}

Status PreviewDirectory::Write(const std::string& name,
                               std::string_view bytes) {
  return worker::WriteFileAtomically(Join(name), bytes);
}

}  // namespace longtake::client
