#include "tools/motion_model/speech_data/command.h"

#include <gtest/gtest.h>

#include "common/testing/temp_dir.h"

namespace longtake::speech_data {
namespace {

TEST(CommandTest, InputAndDirectoryReachTheProgram) {
  const TempDir dir;
  const auto text = RunCommand({"sh", "-c", "cat; pwd"}, "hello\n", dir.path());
  ASSERT_TRUE(text.ok()) << Message(text.status());
  EXPECT_EQ(*text, "hello\n" + dir.path() + "\n");
}

TEST(CommandTest, TheEndOfAProgramIsTold) {
  EXPECT_EQ(RunCommand({"no-such-program-here"}, "", "/").status().code(),
            StatusCode::kNotFound);
  EXPECT_EQ(RunCommand({"sh", "-c", "exit 3"}, "", "/").status().code(),
            StatusCode::kInternal);
  EXPECT_EQ(RunCommand({"sh", "-c", "kill -9 $$"}, "", "/").status().code(),
            StatusCode::kAborted);
}

TEST(CommandTest, ProgramsAreFoundInThePath) {
  EXPECT_TRUE(HasProgram("sh"));
  EXPECT_FALSE(HasProgram("no-such-program-here"));
}

}  // namespace
}  // namespace longtake::speech_data
