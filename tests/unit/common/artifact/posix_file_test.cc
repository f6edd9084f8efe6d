// Nothing leads out of a store's directory: by one call, and part by part where
// the kernel knows no such call.

#include "common/artifact/posix_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <utility>

#include "common/testing/temp_dir.h"

namespace longtake {
namespace {

namespace fs = std::filesystem;

using OpenFile = int (*)(const Fd& root, const std::string& path, int flags);

class OpenBelowTest : public testing::TestWithParam<OpenFile> {
 protected:
  OpenBelowTest() {
    fs::create_directories(dir_.Join("root/a/b"));
    fs::create_directory(dir_.Join("outside"));
    for (const char* file : {"outside/secret", "root/a/b/file", "root/top"}) {
      std::ofstream(dir_.Join(file)) << "x";
    }
    const auto link = [this](const std::string& to, const std::string& at) {
      fs::create_symlink(to, dir_.Join("root/" + at));
    };
    link(dir_.Join("outside"), "out");
    link(dir_.Join("outside/secret"), "a/secret");
    link("../outside", "up");
    link("a", "inner");
    link("b/file", "a/alias");
    root_ = Fd(::open(dir_.Join("root").c_str(), O_RDONLY | O_DIRECTORY));
  }
  bool Opens(const std::string& path) {
    return Fd(GetParam()(root_, path, O_RDONLY | O_CLOEXEC)).ok();
  }

  const TempDir dir_;
  Fd root_;
};

TEST_P(OpenBelowTest, FilesBelowAreOpened) {
  EXPECT_TRUE(Opens("top"));
  EXPECT_TRUE(Opens("a/b/file"));
}

TEST_P(OpenBelowTest, NoLinkIsFollowed) {
  for (const char* path :
       {"out/secret", "a/secret", "up/secret", "inner/b/file", "a/alias"}) {
    EXPECT_FALSE(Opens(path)) << path;
  }
}

TEST_P(OpenBelowTest, NoPathLeadsOut) {
  EXPECT_FALSE(Opens("../outside/secret"));
  EXPECT_FALSE(Opens("a/../../outside/secret"));
  EXPECT_FALSE(Opens(dir_.Join("outside/secret")));
  EXPECT_FALSE(Opens("none"));
  EXPECT_FALSE(Opens("top/below"));
}

INSTANTIATE_TEST_SUITE_P(Both, OpenBelowTest,
                         testing::Values(&OpenFileBelow, &OpenFileStepwise));

}  // namespace
}  // namespace longtake
