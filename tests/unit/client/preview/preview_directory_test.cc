#include "client/preview/preview_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "client/preview/hls_playlist.h"
#include "tests/unit/worker/media/media_fixtures.h"

namespace longtake::client {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

TEST(PreviewDirectoryTest, IsMadeWhereNothingIs) {
  worker::TempDir dir;
  const std::string path = dir.Path("watch");
  EXPECT_TRUE(CheckPreviewPlace(path).ok());
  EXPECT_FALSE(fs::exists(path)) << "looking makes nothing";
  const auto preview = PreviewDirectory::Open(path + "/");
  ASSERT_TRUE(preview.ok()) << preview.status();
  EXPECT_TRUE(fs::is_directory(path));
  EXPECT_TRUE((*preview)->Write(kPlaylistName, "text").ok());
  EXPECT_EQ(worker::ReadBytes(path + "/index.m3u8"), "text");
}

TEST(PreviewDirectoryTest, AnEarlierPreviewGoes) {
  worker::TempDir dir;
  const std::string path = dir.Path("watch");
  {
    const auto preview = *PreviewDirectory::Open(path);
    for (const std::string name :
         {kPlaylistName, kInitName, "segment-00000.m4s",
          ".segment-00001.m4s.a1B2c3.part"}) {
      worker::WriteBytes(preview->Join(name), "old");
    }
  }
  EXPECT_TRUE(CheckPreviewPlace(path).ok());
  EXPECT_TRUE(fs::exists(path + "/index.m3u8"));
  ASSERT_TRUE(PreviewDirectory::Open(path).ok());
  int left = 0;
  for (const auto& entry : fs::directory_iterator(path)) {
    EXPECT_EQ(entry.path().filename(), ".longtake-preview");
    ++left;
  }
  EXPECT_EQ(left, 1);
}

TEST(PreviewDirectoryTest, FilesOfOthersAreLeftAlone) {
  worker::TempDir dir;
  fs::create_directory(dir.Path("photos"));
  worker::WriteBytes(dir.Path("photos/me.jpg"), "x");
  // Names like ours, but no mark of ours.
  fs::create_directory(dir.Path("stream"));
  worker::WriteBytes(dir.Path("stream/index.m3u8"), "x");
  // Ours, and something else beside it.
  ASSERT_TRUE(PreviewDirectory::Open(dir.Path("mixed")).ok());
  worker::WriteBytes(dir.Path("mixed/notes.txt"), "x");
  worker::WriteBytes(dir.Path("file"), "x");
  for (const char* name : {"photos", "stream", "mixed", "file"}) {
    const Status status = PreviewDirectory::Open(dir.Path(name)).status();
    EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition) << name;
    EXPECT_THAT(Message(status), HasSubstr("give a new or empty directory"));
  }
  EXPECT_TRUE(fs::exists(dir.Path("photos/me.jpg")));
  EXPECT_TRUE(fs::exists(dir.Path("stream/index.m3u8")));
  EXPECT_TRUE(fs::exists(dir.Path("mixed/notes.txt")));
  const Status nowhere = CheckPreviewPlace(dir.Path("a/b"));
  EXPECT_EQ(nowhere.code(), StatusCode::kNotFound);
  EXPECT_THAT(Message(nowhere), HasSubstr("make it first"));
}

}  // namespace
}  // namespace longtake::client
