#include "client/cli/quality_flags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace longtake::client {
namespace {

using ::testing::HasSubstr;
using worker::Measure;

StatusOr<FindingOptions> Options(const QualityFlags& flags, QualityUse use) {
  return ToFindingOptions(flags, use, "out/talk.mp4", "models", {});
}

TEST(QualityFlagsTest, ARenderMeasuresASampleAndReportsBesideTheTake) {
  const auto options = Options({}, QualityUse::kRender);
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->measure.measure, Measure::kSample);
  EXPECT_EQ(options->measure.models_dir, "models");
  EXPECT_EQ(options->report.json, "out/talk.report.json");
  EXPECT_EQ(options->report.html, "out/talk.report.html");
  EXPECT_FALSE(options->strict);
  const auto none = Options({"none", "", false}, QualityUse::kRender);
  EXPECT_EQ(none->measure.measure, Measure::kNone);
  EXPECT_TRUE(none->report.empty());
}

TEST(QualityFlagsTest, OthersMeasureWhenTheyAreAskedTo) {
  struct Case {
    QualityFlags flags;
    Measure measure;
    bool reports, strict;
  };
  for (const QualityUse use : {QualityUse::kFetch, QualityUse::kBatch}) {
    for (const Case& c :
         {Case{{}, Measure::kNone, false, false},
          Case{{"", "", true}, Measure::kSample, false, true},
          Case{{"", "beside", false}, Measure::kSample, true, false},
          Case{{"", "none", false}, Measure::kNone, false, false},
          Case{{"all", "", false}, Measure::kAll, false, false}}) {
      const auto options = Options(c.flags, use);
      ASSERT_TRUE(options.ok()) << options.status();
      EXPECT_EQ(options->measure.measure, c.measure);
      EXPECT_EQ(!options->report.empty(), c.reports);
      EXPECT_EQ(options->strict, c.strict);
      EXPECT_EQ(AsksForQuality(c.flags), c.measure != Measure::kNone);
    }
  }
}

TEST(QualityFlagsTest, WhatIsNotMeasuredIsNeitherJudgedNorReported) {
  for (const QualityUse use :
       {QualityUse::kRender, QualityUse::kFetch, QualityUse::kBatch}) {
    const auto strict = Options({"none", "", true}, use);
    EXPECT_EQ(strict.status().code(), StatusCode::kInvalidArgument);
    EXPECT_THAT(Message(strict.status()), HasSubstr("--strict"));
    const auto report = Options({"none", "beside", false}, use);
    EXPECT_EQ(report.status().code(), StatusCode::kInvalidArgument);
    EXPECT_THAT(Message(report.status()), HasSubstr("--report"));
    EXPECT_EQ(Options({"some", "", false}, use).status().code(),
              StatusCode::kInvalidArgument);
  }
}

TEST(QualityFlagsTest, ABatchsReportsLieBesideItsFilms) {
  const auto one = Options({"", "report.html", false}, QualityUse::kFetch);
  EXPECT_EQ(one->report.json, "report.json");
  const auto batch = Options({"", "report.html", false}, QualityUse::kBatch);
  EXPECT_EQ(batch.status().code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(Message(batch.status()), HasSubstr("a batch has many films"));
}

TEST(QualityFlagsTest, ABreachIsOneLine) {
  CommandLine line;
  TellBreach("talk.mp4", "", &line);
  EXPECT_EQ(line.breach, "");
  TellBreach("talk.mp4", "Black pictures: 3", &line);
  EXPECT_EQ(line.breach,
            "talk.mp4: not as good as it has to be: Black pictures: 3");
}

}  // namespace
}  // namespace longtake::client
