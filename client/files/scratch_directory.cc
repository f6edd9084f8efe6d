#include "client/files/scratch_directory.h"

#include <fmt/format.h>
#include <stdlib.h>

#include <filesystem>
#include <system_error>

namespace longtake::client {

StatusOr<std::unique_ptr<ScratchDirectory>> ScratchDirectory::Create() {
  std::error_code error;
  const std::filesystem::path base =
      std::filesystem::temp_directory_path(error);
  std::string path = (base / "longtake-XXXXXX").string();
  if (error || ::mkdtemp(path.data()) == nullptr) {
    return FailedPrecondition(fmt::format(
        "no temporary directory at {}: set TMPDIR to a writable one",
        base.string()));
  }
  return std::unique_ptr<ScratchDirectory>(
      new ScratchDirectory(std::move(path)));
}

ScratchDirectory::~ScratchDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace longtake::client
