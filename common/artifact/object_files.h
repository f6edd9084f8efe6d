#pragma once
// The small named objects of a directory store. Private to common/artifact.

#include <string>
#include <vector>

#include "common/artifact/posix_file.h"
#include "common/status/status.h"

namespace longtake {

// The parts of a legal object name; InvalidArgument otherwise.
StatusOr<std::vector<std::string>> SplitObjectName(const std::string& name);

// Below objects/ of the directory `root`. Borrows `root` for the call. New
// bytes are written at `temporary_path` first, on the same file system.
StatusOr<bool> PutObject(const Fd& root, const std::string& root_path,
                         const std::string& name, const std::string& bytes,
                         const std::string& temporary_path, bool replace);
StatusOr<std::string> GetObject(const Fd& root, const std::string& root_path,
                                const std::string& name);
Status DeleteObject(const Fd& root, const std::string& root_path,
                    const std::string& name);
StatusOr<std::vector<std::string>> ListObjects(const std::string& root_path,
                                               const std::string& prefix);

}  // namespace longtake
