// The watermark's benchmark at its smallest: that it runs whole, looks after
// every attack, and goes on where it was interrupted. Its figures belong to
// ./dev bench watermark.

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "common/testing/temp_dir.h"
#include "tests/support/process.h"

namespace longtake {
namespace {

using nlohmann::json;

constexpr char kBench[] = LONGTAKE_BENCHMARKS_DIR "/longtake_watermark_bench";

TEST(WatermarkBenchTest, RunsWholeAndGoesOn) {
  const TempDir dir;
  const std::string film = dir.Join("film.mp4");
  const ProcessResult made = RunProcess(
      {"/usr/bin/env", "ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i",
       "testsrc2=size=144x144:rate=30", "-t", "9", "-c:v", "libx264", film},
      dir.Join("ffmpeg"));
  ASSERT_EQ(made.code, 0) << made.err;
  const auto run = [&](const std::string& unmarked) {
    const ProcessResult result =
        RunProcess({kBench, "--film", film, "--frames", "75", "--seconds", "1",
                    "--false-alarms", unmarked, "--work", dir.Join("work"),
                    "--json", dir.Join("figures.json")},
                   dir.Join("bench"));
    EXPECT_EQ(result.code, 0) << result.out << result.err;
    std::ifstream in(dir.Join("figures.json"));
    return json::parse(in, nullptr, /*allow_exceptions=*/false);
  };
  const json figures = run("2");
  ASSERT_TRUE(figures.is_object());
  EXPECT_GT(figures["cost"]["films"][0]["psnr_db"].get<double>(), 42);
  EXPECT_GE(figures["attacks"].size(), 7u);
  for (const json& row : figures["attacks"]) {
    EXPECT_EQ(row["clips"], 2) << row;
    EXPECT_EQ(row["seconds"], 1) << row;
  }
  EXPECT_EQ(figures["false_alarms"]["clips"], 2);
  EXPECT_EQ(figures["false_alarms"]["alarms"], 0);
  // A run that is whole leaves no figures for the next.
  EXPECT_FALSE(std::ifstream(dir.Join("work/journal.jsonl")).good());
}

TEST(WatermarkBenchTest, WhatIsNoFilmIsAnError) {
  const TempDir dir;
  const ProcessResult result = RunProcess(
      {kBench, "--film", dir.Join("none.mp4"), "--work", dir.Join("work")},
      dir.Join("bench"));
  EXPECT_EQ(result.code, 1);
  EXPECT_NE(result.err.find("none.mp4"), std::string::npos) << result.err;
}

}  // namespace
}  // namespace longtake
