#pragma once
// A small file system of the test's own, that can be filled up.

#include <string>

#include "common/testing/temp_dir.h"

namespace longtake::chaos {

// 96 MB, where the test may mount one: as root. One thread only; must outlive
// the processes that write there.
class SmallFileSystem {
 public:
  SmallFileSystem();
  ~SmallFileSystem();
  SmallFileSystem(const SmallFileSystem&) = delete;
  SmallFileSystem& operator=(const SmallFileSystem&) = delete;

  bool mounted() const { return mounted_; }
  std::string artifacts() const { return dir_.Join("artifacts"); }
  void Fill();  // all but a few KB
  void Free();

 private:
  TempDir dir_;
  bool mounted_ = false;
};

}  // namespace longtake::chaos
