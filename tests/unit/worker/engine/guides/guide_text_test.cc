#include "worker/engine/guides/guide_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace longtake::worker {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(GuideTextTest, LinesLoseTheirEndsAndTheByteOrderMark) {
  const Guide guide{"\xEF\xBB\xBFone\r\n\ntwo", "g.csv"};
  const auto lines = GuideLines({"pose track", guide});
  ASSERT_TRUE(lines.ok()) << lines.status();
  EXPECT_THAT(*lines, ElementsAre("one", "", "two"));
}

TEST(GuideTextTest, WhatIsNoTextNamesTheLine) {
  struct Case {
    std::string text, says;
  };
  for (const Case& c : {Case{"", "is empty"}, Case{"\n \r\n\t", "is empty"},
                        Case{"\xEF\xBB\xBF", "is empty"},
                        Case{"a\n\xff\xfe", "line 2: is not UTF-8"},
                        Case{std::string("a\0b", 3), "line 1: is not UTF-8"},
                        Case{"caf\xe9", "line 1: is not UTF-8"}}) {
    const Guide guide{c.text, "g.csv"};
    const Status status = GuideLines({"pose track", guide}).status();
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << c.says;
    EXPECT_THAT(Message(status), HasSubstr("pose track g.csv: " + c.says));
  }
}

TEST(GuideTextTest, ColumnsAreFoundByName) {
  const Guide guide{"B, time\n\n 2 ,1\n4,3\n", "g.csv"};
  const auto rows = GuideTable({"pose track", guide}, {"time", "b"});
  ASSERT_TRUE(rows.ok()) << rows.status();
  ASSERT_EQ(rows->size(), 2u);
  EXPECT_EQ((*rows)[0].line, 3);
  EXPECT_THAT((*rows)[0].cells, ElementsAre("1", "2"));
  EXPECT_THAT((*rows)[1].cells, ElementsAre("3", "4"));
}

TEST(GuideTextTest, OtherColumnsAreRefused) {
  struct Case {
    std::string text, says;
  };
  for (const Case& c :
       {Case{"time;b\n1;2\n",
             "line 1: the columns are 'time;b': give a first "
             "line 'time,b', with commas between"},
        Case{"1,2\n3,4\n", "line 1: the columns are '1,2'"},
        Case{"time,b,c\n1,2,3\n", "line 1: the columns are 'time,b,c'"},
        Case{"time,time\n1,2\n", "line 1: the columns are 'time,time'"},
        Case{"time\n1\n", "line 1: the columns are 'time'"},
        Case{"time,b\n1,2\n3\n", "line 3: 1 values, the header names 2"},
        Case{"time,b\n1,2,\n", "line 2: 3 values, the header names 2"},
        Case{"time,b\n", "has no row below 'time,b'"}}) {
    const Guide guide{c.text, "g.csv"};
    const Status status =
        GuideTable({"pose track", guide}, {"time", "b"}).status();
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << c.text;
    EXPECT_THAT(Message(status), HasSubstr("pose track g.csv: " + c.says));
    EXPECT_EQ(Message(status).find('\n'), std::string::npos);
  }
}

TEST(GuideTextTest, TimesAreSecondsOrClock) {
  EXPECT_EQ(ParseGuideTime("0"), 0);
  EXPECT_EQ(ParseGuideTime("72.5"), 72500000);
  EXPECT_EQ(ParseGuideTime("100000.000001"), 100000000001);
  EXPECT_EQ(ParseGuideTime("01:12.5"), 72500000);
  EXPECT_EQ(ParseGuideTime("00:01:12,500"), 72500000);
  EXPECT_EQ(ParseGuideTime("99:59:59.999999"), 359999999999);
  for (const char* bad :
       {"",        "-1",        "+1",        "nan",        "inf",   "1e3",
        "1.",      ".5",        "1.0000001", "1:2",        "00:60", "60:00",
        "1:60:00", "00:00:60",  "1:2:3",     "1:02:03:04", "1 000", "0x10",
        "9999999", "101:00:00", "1:-2"}) {
    EXPECT_EQ(ParseGuideTime(bad), std::nullopt) << bad;
  }
  EXPECT_EQ(FormatGuideTime(72500000), "00:01:12.500");
}

TEST(GuideTextTest, DecimalsArePlain) {
  EXPECT_EQ(ParseDecimal("-0.5"), -0.5);
  for (const char* bad :
       {"", "nan", "inf", "-inf", "1e3", "0x1", "+1", "1,5", "1 ", "one"}) {
    EXPECT_EQ(ParseDecimal(bad), std::nullopt) << bad;
  }
}

}  // namespace
}  // namespace longtake::worker
