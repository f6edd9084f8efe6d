#include "common/job/transcript_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace longtake {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::vector<TranscriptClause> Sample() {
  return {{1, "Good morning,", true, 1200000, 2000000, 1},
          {1, "and \"welcome\".", true, 2000000, 3000000, 0.3},
          {3, "Nobody says this.", false, 3000000, 3725900000, 0}};
}

TEST(TranscriptReportTest, SurvivesItsFile) {
  EXPECT_EQ(*TranscriptReportFromJson(TranscriptReportToJson(Sample())),
            Sample());
  EXPECT_TRUE(TranscriptReportFromJson(TranscriptReportToJson({}))->empty());
}

TEST(TranscriptReportTest, OtherFilesAreRefused) {
  for (const char* text :
       {"", "[]", "{}", R"({"clauses": [{"line": 1}]})",
        R"({"clauses": [], "more": 1})",
        R"({"clauses": [{"line": -1, "text": "a", "found": true,
            "begin_us": 0, "end_us": 1, "trust": 0}]})"}) {
    EXPECT_EQ(TranscriptReportFromJson(text).status().code(),
              StatusCode::kInvalidArgument)
        << text;
  }
}

TEST(TranscriptReportTest, TrustDecidesTheVerdict) {
  EXPECT_EQ(VerdictOf(Sample()[0]), ClauseVerdict::kFollowed);
  EXPECT_EQ(VerdictOf(Sample()[1]), ClauseVerdict::kInPart);
  EXPECT_EQ(VerdictOf(Sample()[2]), ClauseVerdict::kNotBelieved);
  EXPECT_EQ(ClauseVerdictName(ClauseVerdict::kNotBelieved), "not believed");
}

TEST(TranscriptReportTest, MomentsAreWrittenAsPeopleDo) {
  EXPECT_EQ(ClockText(0), "0:00.0");
  EXPECT_EQ(ClockText(59960000), "1:00.0");
  EXPECT_EQ(ClockText(754240000), "12:34.2");
  EXPECT_EQ(ClockText(3725900000), "1:02:05.9");
}

TEST(TranscriptReportTest, AWarningNamesWhatIsNotBelieved) {
  const std::string text = TranscriptWarning("talk.srt", Sample());
  EXPECT_THAT(text, HasSubstr("transcript talk.srt: 1 of 3 clauses"));
  EXPECT_THAT(text,
              HasSubstr("0:03.0-1:02:05.9 \"Nobody says this.\" (line 3)"));
  EXPECT_THAT(text, Not(HasSubstr("Good morning")));
  EXPECT_THAT(text, Not(HasSubstr("welcome")));
  EXPECT_EQ(text.find('\n'), std::string::npos);
}

TEST(TranscriptReportTest, AWarningNamesTheFirstFew) {
  std::vector<TranscriptClause> clauses = Sample();
  for (int i = 0; i < 6; ++i) clauses.push_back(clauses[2]);
  EXPECT_THAT(TranscriptWarning("a", clauses), HasSubstr("7 of 9 clauses"));
  EXPECT_THAT(TranscriptWarning("a", clauses), HasSubstr("; and 4 more"));
}

TEST(TranscriptReportTest, ATextThatIsFollowedIsNoWarning) {
  EXPECT_EQ(TranscriptWarning("a", {Sample()[0], Sample()[1]}), "");
  EXPECT_EQ(TranscriptWarning("a", {}), "");
}

}  // namespace
}  // namespace longtake
