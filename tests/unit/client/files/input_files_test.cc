#include "client/files/input_files.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "common/digest/sha256.h"
#include "common/testing/temp_dir.h"

namespace longtake::client {
namespace {

class InputFilesTest : public testing::Test {
 protected:
  std::string Write(const std::string& name, const std::string& bytes) {
    std::ofstream(dir_.Join(name), std::ios::binary) << bytes;
    return dir_.Join(name);
  }
  const TempDir dir_;
};

TEST_F(InputFilesTest, ReadNamesTheContent) {
  const StatusOr<InputFile> file =
      ReadInput({"audio", Write("talk \xc3\xa9.wav", "hello")});
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(file->blob.sha256, Sha256Hex("hello"));
  EXPECT_EQ(file->blob.size_bytes, 5);
  EXPECT_EQ(file->name, "talk \xc3\xa9.wav");
}

TEST_F(InputFilesTest, NamesThatNoFarmAcceptsAreReplaced) {
  EXPECT_EQ(ReadInput({"audio", Write("a\nb\xff.wav", "x")})->name, "a?b?.wav");
}

TEST_F(InputFilesTest, EveryRefusalNamesRoleFileAndRemedy) {
  struct Case {
    std::string path;
    StatusCode code;
    const char* says;
  };
  ::mkfifo(dir_.Join("fifo").c_str(), 0600);
  const std::vector<Case> cases = {
      {dir_.Join("none.jpg"), StatusCode::kNotFound, "check the path"},
      {Write("file", "x") + "/below", StatusCode::kNotFound, "check the path"},
      {dir_.path(), StatusCode::kInvalidArgument, "is a directory"},
      {dir_.Join("fifo"), StatusCode::kInvalidArgument, "not a regular file"},
      {Write("empty", ""), StatusCode::kInvalidArgument, "is empty"},
  };
  for (const Case& c : cases) {
    const Status status = CheckInput({"portrait", c.path});
    EXPECT_EQ(status.code(), c.code) << c.path;
    EXPECT_NE(Message(status).find(c.says), std::string::npos)
        << Message(status);
    EXPECT_NE(Message(status).find("portrait " + c.path), std::string::npos);
    EXPECT_EQ(ReadInput({"portrait", c.path}).status(), status);
  }
  EXPECT_EQ(CheckInput({"audio", ""}).code(), StatusCode::kInvalidArgument);
  EXPECT_NE(Message(CheckInput({"audio", "a\nb\x1B[1m\x7F.wav"}))
                .find("audio a?b?[1m?.wav: no such file"),
            std::string::npos);
}

TEST_F(InputFilesTest, UnreadableFileIsRefused) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may read anything";
  const std::string path = Write("secret", "x");
  ::chmod(path.c_str(), 0);
  EXPECT_EQ(CheckInput({"audio", path}).code(),
            StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace longtake::client
