#pragma once
// A directory of a test's own, removed with all it holds at the end.

#include <stdlib.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

namespace longtake {

class TempDir {
 public:
  TempDir() : TempDir(UsualPlace()) {}
  // Below `base`, which is there.
  explicit TempDir(const std::string& base) {
    std::string pattern = base + "/longtake-XXXXXX";
    if (::mkdtemp(pattern.data()) == nullptr) {
      std::perror("mkdtemp");
      std::abort();
    }
    path_ = pattern;
  }
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::string& path() const { return path_; }
  std::string Join(const std::string& name) const { return path_ + "/" + name; }

 private:
  static std::string UsualPlace() {
    const char* base = std::getenv("TMPDIR");
    return base != nullptr ? base : "/tmp";
  }

  std::string path_;
};

}  // namespace longtake
