#pragma once
// A file that is there whole or not at all: written under a temporary name in
// the same directory, made durable, then renamed over the final one.

#include <string>
#include <string_view>

#include "common/status/status.h"

namespace longtake::worker {

// One thread only. Destroyed without Commit, it leaves nothing behind.
class AtomicFile {
 public:
  // Creates the temporary file, empty, mode 0644 less the umask. An unwritable
  // directory is InvalidArgument with the remedy.
  static StatusOr<AtomicFile> Create(const std::string& path);
  ~AtomicFile();
  AtomicFile(AtomicFile&& other) noexcept;
  AtomicFile& operator=(AtomicFile&&) = delete;

  // Where to write, by whatever means, until Commit.
  const std::string& temporary_path() const { return temporary_; }

  // fsync, rename, fsync of the directory. ResourceExhausted on a full disk.
  Status Commit();

 private:
  AtomicFile(std::string path, std::string temporary)
      : path_(std::move(path)), temporary_(std::move(temporary)) {}

  std::string path_;
  std::string temporary_;  // empty once committed or moved from
};

// The whole of `bytes` to `path`, atomically.
Status WriteFileAtomically(const std::string& path, std::string_view bytes);

}  // namespace longtake::worker
