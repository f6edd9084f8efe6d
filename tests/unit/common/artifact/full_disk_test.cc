// Stores on disks that are full or fill up. Only root may mount such disks.

#include <gtest/gtest.h>
#include <sys/mount.h>

#include <filesystem>
#include <utility>

#include "common/artifact/artifact_store.h"
#include "common/testing/temp_dir.h"

namespace longtake {
namespace {

namespace fs = std::filesystem;

TEST(FullDiskTest, IsNamedWithTheFlagThatChoseIt) {
  // A file system of the kernel's that has no free blocks or files.
  DirectoryStoreOptions options;
  options.flag = "--artifacts";
  const TempDir dir;
  options.root = dir.Join("small");
  fs::create_directory(options.root);
  if (::mount("none", options.root.c_str(), "tmpfs", 0, "nr_inodes=12") != 0) {
    GTEST_SKIP() << "needs the right to mount";
  }
  {
    auto store = OpenDirectoryStore(options);
    ASSERT_TRUE(store.ok()) << store.status();
    const Status full = (*store)->CheckRoom();
    EXPECT_EQ(full.code(), StatusCode::kResourceExhausted);
    EXPECT_NE(Message(full).find(options.root), std::string::npos) << full;
    EXPECT_NE(Message(full).find("--artifacts"), std::string::npos) << full;
  }
  EXPECT_EQ(::umount(options.root.c_str()), 0);
}

TEST(FullDiskTest, ADiskWithLittleRoomIsFull) {
  const TempDir dir;
  DirectoryStoreOptions options;
  for (const auto& [size, room] :
       {std::pair{"size=30m", false}, {"size=40m", true}}) {
    options.root = dir.Join(size);
    fs::create_directory(options.root);
    if (::mount("none", options.root.c_str(), "tmpfs", 0, size) != 0) {
      GTEST_SKIP() << "needs the right to mount";
    }
    {
      auto store = OpenDirectoryStore(options);
      ASSERT_TRUE(store.ok()) << store.status();
      EXPECT_EQ((*store)->CheckRoom().ok(), room) << size;
      const Status full =
          PutBlob(**store, std::string(size_t{45} << 20, 'x')).status();
      EXPECT_EQ(full.code(), StatusCode::kResourceExhausted);
      EXPECT_NE(Message(full).find("no space left: free some"),
                std::string::npos)
          << full;
    }
    EXPECT_EQ(::umount(options.root.c_str()), 0);
  }
}

}  // namespace
}  // namespace longtake
