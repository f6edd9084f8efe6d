#include "client/report/print.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>

namespace longtake::client {
namespace {

TEST(PrintTest, StreamThatIsFullEndsNothing) {
  FILE* full = std::fopen("/dev/full", "w");
  ASSERT_NE(full, nullptr);
  std::setvbuf(full, nullptr, _IONBF, 0);
  Print(full, "lost\n");
  EXPECT_NE(std::ferror(full), 0);
  (void)std::fclose(full);
}

TEST(FlushStandardOutputDeathTest, TellsWhenSomethingWasLost) {
  EXPECT_EXIT(
      {
        bool good = FlushStandardOutput().ok();
        good = good && std::freopen("/dev/full", "w", stdout) != nullptr;
        Print(stdout, "an answer\n");
        ::_exit(good && FlushStandardOutput().code() ==
                            StatusCode::kResourceExhausted
                    ? 7
                    : 8);
      },
      testing::ExitedWithCode(7), "");
}

// Regression: with standard output closed, the summary went into whatever file
// had been opened in its place.
TEST(FillStandardStreamsDeathTest, NoFileTakesTheirPlace) {
  EXPECT_EXIT(
      {
        ::close(STDOUT_FILENO);
        ::close(STDIN_FILENO);
        FillStandardStreams();
        FILE* file = std::tmpfile();
        ::_exit(::fileno(file) > STDERR_FILENO ? 7 : 8);
      },
      testing::ExitedWithCode(7), "");
}

}  // namespace
}  // namespace longtake::client
