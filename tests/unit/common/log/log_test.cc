#include "common/log/log.h"

#include <gtest/gtest.h>

namespace longtake {
namespace {

TEST(LogTest, FieldsFollowTheEventAsKeyAndValue) {
  EXPECT_EQ(FormatLogLine("task leased", {{"task", "plan"}, {"attempt", 2}}),
            "task leased task=plan attempt=2");
}

TEST(LogTest, ValuesThatWouldBreakTheLineAreQuoted) {
  EXPECT_EQ(
      FormatLogLine(
          "e",
          {{"a", "two words"}, {"b", "say \"hi\""}, {"c", "x\ny"}, {"d", ""}}),
      R"(e a="two words" b="say \"hi\"" c="x\x0ay" d="")");
}

TEST(LogTest, StatusIsWrittenWithItsCode) {
  EXPECT_EQ(FormatLogLine("e", {{"error", InvalidArgument("bad")}}),
            "e error=\"INVALID_ARGUMENT: bad\"");
}

TEST(LogTest, LevelsParseOrSayWhatIsAccepted) {
  EXPECT_EQ(*ParseLogLevel("debug"), LogLevel::kDebug);
  EXPECT_EQ(*ParseLogLevel("off"), LogLevel::kOff);
  EXPECT_NE(Message(ParseLogLevel("loud").status()).find("warning"),
            std::string::npos);
}

TEST(LogTest, LinesGoToStandardErrorFromTheSetLevelOn) {
  SetUpLogging(LogLevel::kInfo);
  testing::internal::CaptureStderr();
  testing::internal::CaptureStdout();
  Log(LogLevel::kDebug, "hidden");
  Log(LogLevel::kInfo, "shown {}", {{"job", "ab"}});
  const std::string err = testing::internal::GetCapturedStderr();
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
  EXPECT_EQ(err.find("hidden"), std::string::npos);
  EXPECT_NE(err.find("Z info shown {} job=ab\n"), std::string::npos) << err;
}

}  // namespace
}  // namespace longtake
