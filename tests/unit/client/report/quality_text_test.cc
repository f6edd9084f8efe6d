#include "client/report/quality_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "client/report/report.h"

namespace longtake::client {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

worker::LipSync Sample() {
  worker::LipSync sync;
  sync.closures_heard = 2;
  sync.closure_recall = 0.5;
  sync.closure_precision = 1;
  sync.opening_r = 0.875;
  sync.offset_ms = 12.25;
  sync.offset_trend_ms_per_minute = -0.5;
  sync.silence_motion = 0.002;
  sync.speech_motion = 0.06;
  sync.measured_seconds = 120;
  sync.speech_seconds = 80;
  sync.sought = {{1, 1.1, true}, {3, 3.5, false}};
  return sync;
}

std::vector<TranscriptClause> Clauses() {
  return {{1, "Good morning,", true, 1200000, 2000000, 1},
          {1, "and welcome.", true, 2000000, 3000000, 0.25},
          {3, "Nobody says this.", false, 3000000, 4000000, 0}};
}

TEST(LipSyncTextTest, JsonHasExactlyThePromisedFields) {
  const json j = LipSyncToJson(Sample());
  std::set<std::string> keys;
  for (const auto& [key, value] : j.items()) keys.insert(key);
  EXPECT_EQ(keys,
            (std::set<std::string>{
                "closures_heard", "closure_recall", "closure_precision",
                "opening_r", "offset_ms", "offset_r",
                "offset_trend_ms_per_minute", "silence_motion", "speech_motion",
                "measured_seconds", "speech_seconds", "closures_missed"}));
  EXPECT_EQ(j["closure_recall"], 0.5);
  EXPECT_EQ(j["offset_ms"], 12.25);
  EXPECT_EQ(j["closures_missed"], (json::array({3.25})));
}

TEST(LipSyncTextTest, WhatCantBeToldIsNull) {
  const json j = LipSyncToJson({});
  for (const char* key :
       {"closure_recall", "closure_precision", "opening_r", "offset_ms",
        "offset_trend_ms_per_minute", "silence_motion", "speech_motion"}) {
    EXPECT_TRUE(j[key].is_null()) << key;
  }
  EXPECT_THAT(LipSyncLines({}), HasSubstr("offset unknown"));
}

TEST(LipSyncTextTest, PeopleReadOffsetClosuresAndPauses) {
  const std::string text = LipSyncLines(Sample());
  for (const char* part :
       {"sound +12 ms (-0.50 ms a minute)", "correlation 0.88", "120 s",
        "50 % of 2 seen shut", "100 % of the closures", "0.002", "0.060"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
}

TEST(TranscriptTextTest, JsonListsEveryClauseWithItsVerdict) {
  const json j = TranscriptToJson(Clauses());
  ASSERT_EQ(j.size(), 3u);
  EXPECT_EQ(j[0]["verdict"], "followed");
  EXPECT_EQ(j[1]["verdict"], "in part");
  EXPECT_EQ(j[2]["verdict"], "not believed");
  EXPECT_EQ(j[2]["found"], false);
  EXPECT_EQ(j[0]["begin_seconds"], 1.2);
  EXPECT_EQ(j[0]["text"], "Good morning,");
  EXPECT_EQ(j[2]["line"], 3);
}

TEST(TranscriptTextTest, PeopleReadWhatIsNotFollowed) {
  const std::string text = TranscriptLines(Clauses());
  EXPECT_THAT(text,
              HasSubstr("1 of 3 clauses followed, 1 in part, 1 not believed"));
  EXPECT_THAT(text, HasSubstr("in part: 0:02.0 \"and welcome.\" (line 1)"));
  EXPECT_THAT(text, HasSubstr("not believed: 0:03.0-0:04.0 \"Nobody"));
  EXPECT_THAT(text, Not(HasSubstr("Good morning")));
}

TEST(TranscriptTextTest, ALongListIsCut) {
  const std::vector<TranscriptClause> many(50, Clauses()[2]);
  const std::string text = TranscriptLines(many);
  EXPECT_THAT(text, HasSubstr("and 30 more"));
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 22);
}

TEST(TakeFindingsTest, AreInTheReportsOfRenderAndFetch) {
  RenderReport report;
  report.output = "talk.mp4";
  report.job.warnings = {"quiet"};
  report.findings.lip_sync = Sample();
  report.findings.transcript = Clauses();
  report.findings.warnings = {"late"};
  for (const std::string& text :
       {RenderReportJson(report), FetchedJson(report.job, report.findings)}) {
    const json j = json::parse(text);
    EXPECT_EQ(j["lip_sync"]["offset_ms"], 12.25);
    EXPECT_EQ(j["transcript"].size(), 3u);
    EXPECT_EQ(j["warnings"], (json::array({"quiet", "late"})));
  }
  EXPECT_THAT(RenderSummary(report), HasSubstr("lip-sync  sound +12 ms"));
  EXPECT_THAT(RenderSummary(report), HasSubstr("warning   late"));
  // Nothing of quality where nothing was measured.
  EXPECT_FALSE(json::parse(RenderReportJson(report)).contains("quality"));
  EXPECT_EQ(FetchedText("talk.mp4", {}), "talk.mp4\n");
  EXPECT_THAT(FetchedText("talk.mp4", report.findings), HasSubstr("script"));
}

TEST(TakeFindingsTest, QualityIsTheReportInShort) {
  RenderReport report;
  report.findings.quality =
      QualitySummary{"warn",
                     IdentitySummary{0.97, 0.93, 0.31, 0.001},
                     12.5,
                     -3.0,
                     "talk.report.json",
                     "talk.report.html",
                     "  quality   passed\n",
                     ""};
  for (const std::string& text :
       {RenderReportJson(report), FetchedJson(report.job, report.findings)}) {
    const json j = json::parse(text);
    EXPECT_EQ(j["quality"], "warn");
    EXPECT_EQ(j["identity"], (json{{"mean", 0.97},
                                   {"min", 0.93},
                                   {"max_distance", 0.31},
                                   {"slope_per_minute", 0.001}}));
    EXPECT_EQ(j["av_offset_ms"], 12.5);
    EXPECT_EQ(j["av_drift_ppm"], -3.0);
    EXPECT_EQ(j["report"], "talk.report.json");
    EXPECT_EQ(j["report_html"], "talk.report.html");
  }
  EXPECT_THAT(RenderSummary(report), HasSubstr("  quality   passed\n"));
  EXPECT_THAT(RenderSummary(report), HasSubstr("report    talk.report.html"));
  report.findings.quality->identity.reset();
  report.findings.quality->av_drift_ppm.reset();
  report.findings.quality->report_json.clear();
  const json j = json::parse(RenderReportJson(report));
  EXPECT_TRUE(j["identity"].is_null() && j.contains("identity"));
  EXPECT_TRUE(j["av_drift_ppm"].is_null());
  EXPECT_TRUE(j["report"].is_null());
}

TEST(LipSyncTextTest, ATrendIsADriftInPartsPerMillion) {
  worker::LipSync sync;
  EXPECT_FALSE(DriftPpm(sync));
  sync.offset_trend_ms_per_minute = 0.3;  // 0.3 ms in 60,000
  EXPECT_NEAR(DriftPpm(sync).value_or(0), 5, 1e-9);
}

}  // namespace
}  // namespace longtake::client
