#pragma once
// A directory of this run's own.

#include <memory>
#include <string>
#include <utility>

#include "common/status/status.h"

namespace longtake::client {

// Removed at its end, with what is in it.
class ScratchDirectory {
 public:
  // Below $TMPDIR. FailedPrecondition tells what to set.
  static StatusOr<std::unique_ptr<ScratchDirectory>> Create();
  ~ScratchDirectory();
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;

  std::string Join(const std::string& name) const { return path_ + "/" + name; }

 private:
  explicit ScratchDirectory(std::string path) : path_(std::move(path)) {}
  const std::string path_;
};

}  // namespace longtake::client
