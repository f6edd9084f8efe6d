#pragma once
// Where a preview is kept: a directory of its own, made for it, in which every
// file is there whole or not at all.

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "common/status/status.h"

namespace longtake::client {

// Nothing is there, or an empty directory, or an earlier preview. One line with
// the remedy otherwise; touches nothing.
Status CheckPreviewPlace(const std::string& path);

// One thread only.
class PreviewDirectory {
 public:
  // CheckPreviewPlace, makes the directory, removes what an earlier preview
  // left in it.
  static StatusOr<std::unique_ptr<PreviewDirectory>> Open(
      const std::string& path);

  Status Write(const std::string& name, std::string_view bytes);
  std::string Join(const std::string& name) const { return path_ + "/" + name; }

 private:
  explicit PreviewDirectory(std::string path) : path_(std::move(path)) {}
  const std::string path_;
};

}  // namespace longtake::client
