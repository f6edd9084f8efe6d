#include "client/files/output_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "common/testing/temp_dir.h"

namespace longtake::client {
namespace {

namespace fs = std::filesystem;

class OutputFileTest : public testing::Test {
 protected:
  std::string Read(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
  }
  int FilesInDirectory() {
    int files = 0;
    for ([[maybe_unused]] const auto& entry :
         fs::directory_iterator(dir_.path())) {
      ++files;
    }
    return files;
  }
  static TagReader Tag(const std::string& tag) {
    return [tag](const std::string&) { return tag; };
  }
  const TempDir dir_;
  const std::string path_ = dir_.Join("take.mp4");
};

TEST_F(OutputFileTest, AppearsWholeOnCommitOnly) {
  std::unique_ptr<OutputFile> file = *OutputFile::Create(path_);
  ASSERT_TRUE(file->Append("hello ").ok());
  EXPECT_FALSE(fs::exists(path_));
  ASSERT_TRUE(file->Append("there").ok());
  ASSERT_TRUE(file->Commit().ok());
  EXPECT_EQ(Read(path_), "hello there");
  file.reset();
  EXPECT_EQ(FilesInDirectory(), 1);
}

TEST_F(OutputFileTest, AbandonedLeavesTheOldFileAndNothingElse) {
  std::ofstream(path_) << "old";
  {
    std::unique_ptr<OutputFile> file = *OutputFile::Create(path_);
    ASSERT_TRUE(file->Append("new").ok());
  }
  EXPECT_EQ(Read(path_), "old");
  EXPECT_EQ(FilesInDirectory(), 1);
}

TEST_F(OutputFileTest, ReplacesAnExistingFile) {
  std::ofstream(path_) << "old and longer";
  std::unique_ptr<OutputFile> file = *OutputFile::Create(path_);
  ASSERT_TRUE(file->Append("new").ok());
  ASSERT_TRUE(file->Commit().ok());
  EXPECT_EQ(Read(path_), "new");
}

TEST_F(OutputFileTest, HasOrdinaryPermissions) {
  const mode_t mask = ::umask(022);
  std::unique_ptr<OutputFile> file = *OutputFile::Create(path_);
  ASSERT_TRUE(file->Commit().ok());
  ::umask(mask);
  struct stat info = {};
  ASSERT_EQ(::stat(path_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0644u);
}

TEST_F(OutputFileTest, LongNamesFitWithTheTemporarySuffix) {
  const std::string path = dir_.Join(std::string(250, 'n'));
  std::unique_ptr<OutputFile> file = *OutputFile::Create(path);
  EXPECT_TRUE(file->Commit().ok());
}

TEST_F(OutputFileTest, PlacesThatCantBeWrittenAreRefused) {
  EXPECT_EQ(CheckOutputPlace("").code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(CheckOutputPlace(dir_.Join("none/x.mp4")).code(),
            StatusCode::kNotFound);
  EXPECT_EQ(CheckOutputPlace(dir_.path()).code(), StatusCode::kInvalidArgument);
  std::ofstream(dir_.Join("file")) << "x";
  EXPECT_FALSE(CheckOutputPlace(dir_.Join("file/x.mp4")).ok());
  EXPECT_EQ(CheckOutputPlace("/dev/null").code(), StatusCode::kInvalidArgument);
  EXPECT_TRUE(CheckOutputPlace(path_).ok());
  for (const char* name : {"a\nb.mp4", "a\x1B[1m.mp4", "a\x7F.mp4"}) {
    EXPECT_EQ(CheckOutputPlace(dir_.Join(name)).code(),
              StatusCode::kInvalidArgument);
  }
}

// Root passes every look at permissions, in places that take no file all the
// same.
TEST_F(OutputFileTest, PlaceThatTakesNoFileIsRefusedEvenToRoot) {
  const Status status = CheckOutputPlace("/proc/take.mp4");
  EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition);
  EXPECT_NE(Message(status).find("/proc/take.mp4"), std::string::npos);
}

TEST_F(OutputFileTest, NameTooLongForTheFileSystemIsRefused) {
  EXPECT_FALSE(CheckOutputPlace(dir_.Join(std::string(300, 'n'))).ok());
}

TEST_F(OutputFileTest, CheckingAPlaceLeavesNothingThereAndTouchesNothing) {
  EXPECT_TRUE(CheckOutputPlace(path_).ok());
  EXPECT_EQ(FilesInDirectory(), 0);
  std::ofstream(path_) << "old";
  EXPECT_TRUE(CheckOutputPlace(path_).ok());
  EXPECT_EQ(Read(path_), "old");
  EXPECT_EQ(FilesInDirectory(), 1);
}

TEST_F(OutputFileTest, TakesAreNamedMp4) {
  for (const char* name : {"a.mp4", "a.MP4", "a.m4v", "/x.y/a b.mp4"}) {
    EXPECT_TRUE(CheckTakeName(name).ok()) << name;
  }
  for (const char* name :
       {"a.avi", "a.mkv", "a.mov", "a", "a.mp4.part", ".mp4", "x.mp4/a", ""}) {
    const Status status = CheckTakeName(name);
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << name;
    EXPECT_NE(Message(status).find(".mp4"), std::string::npos) << name;
  }
}

TEST_F(OutputFileTest, ReadOnlyDirectoryIsRefused) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may write anywhere";
  fs::create_directory(dir_.Join("ro"));
  ::chmod(dir_.Join("ro").c_str(), 0555);
  const Status status = CheckOutputPlace(dir_.Join("ro/x.mp4"));
  EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition);
}

TEST_F(OutputFileTest, NewOutputNeedsNoTag) {
  EXPECT_TRUE(CheckOutput(path_, false, "abc", [](const std::string&) {
                return StatusOr<std::string>(Internal("not to be read"));
              }).ok());
}

TEST_F(OutputFileTest, ExistingOutputIsKeptUnlessItIsThisJobsOrForced) {
  std::ofstream(path_) << "x";
  EXPECT_TRUE(CheckOutput(path_, false, "abc", Tag("abc")).ok());
  EXPECT_TRUE(CheckOutput(path_, true, "abc", Tag("other")).ok());
  const auto unreadable = [](const std::string&) -> StatusOr<std::string> {
    return InvalidArgument("not an MP4");
  };
  for (const TagReader& reader :
       std::vector<TagReader>{Tag("other"), Tag(""), unreadable}) {
    const Status status = CheckOutput(path_, false, "abc", reader);
    EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition);
    EXPECT_NE(Message(status).find(path_), std::string::npos);
    EXPECT_NE(Message(status).find("--force"), std::string::npos);
  }
  // A job without a digest never matches a file without a tag.
  EXPECT_FALSE(CheckOutput(path_, false, "", Tag("")).ok());
}

}  // namespace
}  // namespace longtake::client
