#include "common/log/log.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <regex>
#include <string>

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

TEST(LogTest, AJsonLineIsOneObjectWithTimeLevelEventAndFields) {
  SetUpLogging(LogLevel::kInfo, LogFormat::kJson);
  testing::internal::CaptureStderr();
  Log(LogLevel::kWarning, "task \"leased\"",
      {{"job", "ab\n\xff"},
       {"attempt", 2},
       {"fatal", true},
       {"ratio", 0.5},
       {"error", InvalidArgument("bad")},
       {"level", "mine"}});
  Log(LogLevel::kInfo, "second");
  const std::string err = testing::internal::GetCapturedStderr();
  SetUpLogging(LogLevel::kInfo);
  const size_t end = err.find('\n');
  ASSERT_NE(end, std::string::npos);
  const auto line = nlohmann::json::parse(err.substr(0, end), nullptr, false);
  ASSERT_TRUE(line.is_object()) << err;
  EXPECT_TRUE(
      std::regex_match(line["ts"].get<std::string>(),
                       std::regex(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)")))
      << line["ts"];
  EXPECT_EQ(line["level"], "warning");
  EXPECT_EQ(line["event"], "task \"leased\"");
  EXPECT_EQ(line["job"], "ab\n\xEF\xBF\xBD");
  EXPECT_EQ(line["attempt"], 2);
  EXPECT_EQ(line["fatal"], true);
  EXPECT_EQ(line["ratio"], "0.5");
  EXPECT_EQ(line["error"], "INVALID_ARGUMENT: bad");
  EXPECT_EQ(line["level_"], "mine");
  const auto second =
      nlohmann::json::parse(err.substr(end + 1), nullptr, false);
  ASSERT_TRUE(second.is_object()) << err;
  EXPECT_EQ(second["event"], "second");
}

TEST(LogTest, FormatsParseOrSayWhatIsAccepted) {
  EXPECT_EQ(*ParseLogFormat("text"), LogFormat::kText);
  EXPECT_EQ(*ParseLogFormat("json"), LogFormat::kJson);
  EXPECT_NE(Message(ParseLogFormat("xml").status()).find("json"),
            std::string::npos);
}

}  // namespace
}  // namespace longtake
