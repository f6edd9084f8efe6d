#include "client/files/report_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "common/testing/temp_dir.h"

namespace longtake::client {
namespace {

using ::testing::HasSubstr;

TEST(ReportPathsTest, LieBesideTheFilmOrWhereOneSays) {
  const TempDir dir;
  struct Case {
    std::string where, json, html;
  };
  for (const Case& c : {
           Case{"beside", "a/talk.v2.report.json", "a/talk.v2.report.html"},
           Case{"none", "", ""},
           Case{"q/mine", "q/mine.json", "q/mine.html"},
           Case{"mine.html", "mine.json", "mine.html"},
           Case{"mine.json", "mine.json", "mine.html"},
           Case{"v1.2", "v1.2.json", "v1.2.html"},
           Case{dir.path(), dir.path() + "/talk.v2.report.json",
                dir.path() + "/talk.v2.report.html"},
       }) {
    const auto paths = ReportPathsFor(c.where, "a/talk.v2.mp4");
    ASSERT_TRUE(paths.ok()) << c.where;
    EXPECT_EQ(paths->json, c.json);
    EXPECT_EQ(paths->html, c.html);
    EXPECT_EQ(paths->empty(), c.where == "none");
  }
  EXPECT_FALSE(ReportPathsFor("", "a.mp4").ok());
}

TEST(ReportFilesTest, ReplaceReportsButNothingElse) {
  const TempDir dir;
  const ReportPaths paths = {dir.path() + "/r.json", dir.path() + "/r.html"};
  EXPECT_TRUE(CheckReportPlace(paths, false).ok());
  ASSERT_TRUE(WriteReport(paths, "{\"format\":\"longtake-quality-report\"}",
                          "<!-- longtake-quality-report -->")
                  .ok());
  EXPECT_TRUE(CheckReportPlace(paths, false).ok());
  std::ofstream(paths.html) << "<p>my page</p>";
  const Status refused = CheckReportPlace(paths, false);
  EXPECT_EQ(refused.code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(Message(refused), HasSubstr("--force"));
  EXPECT_TRUE(CheckReportPlace(paths, true).ok());
  EXPECT_TRUE(CheckReportPlace({}, false).ok());
  EXPECT_FALSE(
      CheckReportPlace({"/nowhere/r.json", "/nowhere/r.html"}, true).ok());
}

}  // namespace
}  // namespace longtake::client
