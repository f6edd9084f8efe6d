#include "client/plan/plan_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace longtake::client {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

PlanReport Report() {
  PlanReport report;
  report.job.spec.audio.name = "talk.wav";
  report.job.progress.frames_total = 1200;
  const FrameRange ranges[] = {{0, 38}, {38, 300}, {300, 600}, {600, 1200}};
  for (int i = 0; i < 4; ++i) {
    TaskView render;
    render.segment = i;
    render.range = ranges[i];
    render.from_cache = i == 0 || i == 3;
    report.renders.push_back(render);
  }
  report.job.warnings = {"audio talk.wav is very quiet"};
  report.why_no_time = kNothingMeasured;
  return report;
}

TEST(PlanReportTest, JsonListsEverySegment) {
  PlanReport report = Report();
  report.time = TimeEstimate{4.5, "measured"};
  const json j = json::parse(PlanJson(report));
  EXPECT_EQ(j["frames"], 1200);
  EXPECT_EQ(j["duration_seconds"], 40);
  EXPECT_EQ(j["segments"], 4);
  EXPECT_EQ(j["segments_to_render"], 2);
  EXPECT_EQ(j["segments_from_cache"], 2);
  EXPECT_EQ(j["frames_to_render"], 562);
  EXPECT_EQ(j["estimated_seconds"], 4.5);
  EXPECT_EQ(j["estimate_basis"], "measured");
  EXPECT_FALSE(j.contains("range"));
  ASSERT_EQ(j["segment_list"].size(), 4u);
  const json second = {{"segment", 1},        {"begin", 38},
                       {"end", 300},          {"begin_seconds", 38 / 30.0},
                       {"end_seconds", 10.0}, {"from_cache", false}};
  EXPECT_EQ(j["segment_list"][1], second);
  EXPECT_EQ(j["warnings"][0], "audio talk.wav is very quiet");
}

TEST(PlanReportTest, WithoutAMeasurementThereIsNoEstimate) {
  const json j = json::parse(PlanJson(Report()));
  EXPECT_TRUE(j["estimated_seconds"].is_null());
  EXPECT_THAT(j["estimate_basis"], HasSubstr("so short a sound"));
  EXPECT_THAT(PlanText(Report()), HasSubstr("so short a sound"));
}

TEST(PlanReportTest, ARangeIsTold) {
  PlanReport report = Report();
  report.job.spec.range = {100, kToTheEnd};
  EXPECT_EQ(json::parse(PlanJson(report))["range"], json({100, 1300}));
}

TEST(PlanReportTest, PeopleReadStretchesOfTime) {
  PlanReport report = Report();
  report.time = TimeEstimate{4.5, "as fast as before"};
  EXPECT_EQ(PlanText(report),
            "talk.wav\n"
            "  take      40.00 s, 1200 frames at 30 a second, 4 segment(s)\n"
            "  cache     2 segment(s)\n"
            "  render    2 segment(s), 18.73 s\n"
            "            0:00:01.266 to 0:00:20.000, frames 38 to 600\n"
            "  time      about 4.5 s; as fast as before\n"
            "  warning   audio talk.wav is very quiet\n");
}

}  // namespace
}  // namespace longtake::client
