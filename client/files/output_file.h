#pragma once
// The finished file: refused early where it can't be written or would destroy
// something else, and there whole or not at all.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "common/status/status.h"

namespace longtake::client {

// An output path that can be written: its directory takes new files (one is
// made there and removed), and nothing is there but a regular file. One line
// with the remedy otherwise.
Status CheckOutputPlace(const std::string& path);

// The name of a take ends in .mp4 or .m4v; InvalidArgument otherwise: what is
// written is MP4 whatever the name says.
Status CheckTakeName(const std::string& path);

// Reads the digest of the inputs that a file was made from; empty for any other
// file.
using TagReader = std::function<StatusOr<std::string>(const std::string&)>;

// CheckOutputPlace, then: an existing file may be replaced with `force`, or
// when it was made from the same inputs. Else FailedPrecondition.
Status CheckOutput(const std::string& path, bool force,
                   const std::string& inputs_digest, const TagReader& read_tag);

// A file written under a temporary name in the same directory, synced and
// renamed by Commit; destroyed without it, it leaves nothing. One thread only.
class OutputFile {
 public:
  static StatusOr<std::unique_ptr<OutputFile>> Create(const std::string& path);
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  Status Append(std::string_view bytes);
  Status Commit();

 private:
  OutputFile(std::string path, std::string temporary, int fd);

  const std::string path_;
  const std::string temporary_;
  int fd_;
  bool committed_ = false;
};

}  // namespace longtake::client
