// The farm's benchmark at its smallest: that it still runs, ends by itself, and
// that everything it counts comes out as it must. No times: those belong to
// ./dev bench.

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "common/testing/temp_dir.h"
#include "tests/support/process.h"

namespace longtake {
namespace {

using nlohmann::json;

constexpr char kBench[] = LONGTAKE_BENCHMARKS_DIR "/longtake_farm_bench";

json RunBench(std::vector<std::string> flags) {
  const TempDir dir;
  const std::string file = dir.Join("figures.json");
  flags.insert(flags.begin(), kBench);
  flags.insert(flags.end(), {"--json", file});
  const ProcessResult result = RunProcess(flags, dir.Join("bench"));
  EXPECT_EQ(result.code, 0) << result.out << result.err;
  std::ifstream in(file);
  json figures = json::parse(in, nullptr, /*allow_exceptions=*/false);
  EXPECT_TRUE(figures.is_object()) << result.out << result.err;
  return figures;
}

double Value(const json& section, const std::string& figure) {
  return section.value(figure, json::object()).value("value", -1.0);
}

TEST(FarmBenchTest, ScaleCountsEverySegmentOnceAndNoError) {
  const json scale = RunBench({"--only", "scale", "--workers", "8", "--jobs",
                               "3", "--segments", "7", "--task-ms", "5"})
                         .value("scale", json::object());
  EXPECT_EQ(Value(scale, "renders"), 21);
  EXPECT_EQ(Value(scale, "errors"), 0);
  // What is measured is there.
  EXPECT_GT(Value(scale, "completions_per_second"), 0);
  EXPECT_GT(Value(scale, "lease_to_start_p99_ms"), 0);
  EXPECT_GT(Value(scale, "coordinator_rss_mb"), 0);
  EXPECT_GT(Value(scale, "redis_mb"), 0);
  EXPECT_FALSE(scale["completions_per_second"]["limited_by"].empty());
}

TEST(FarmBenchTest, EfficiencyComparesAWholeJobWithTheIdeal) {
  const json efficiency =
      RunBench({"--only", "efficiency", "--efficiency-workers", "4",
                "--efficiency-segments", "9", "--efficiency-task-ms", "50"})
          .value("efficiency", json::object());
  EXPECT_EQ(Value(efficiency, "renders"), 9);
  EXPECT_GT(Value(efficiency, "efficiency_percent"), 0);
  // Faster than a farm that costs nothing would mean that it did not wait.
  EXPECT_LE(Value(efficiency, "efficiency_percent"), 100);
  EXPECT_LE(Value(efficiency, "even_percent"),
            Value(efficiency, "efficiency_percent"));
}

TEST(FarmBenchTest, FloorCountsCallsWithAndWithoutRedis) {
  const json floor =
      RunBench({"--only", "floor", "--workers", "4", "--floor-seconds", "1"})
          .value("floor", json::object());
  EXPECT_GT(Value(floor, "empty_per_second"), 0);
  EXPECT_GT(Value(floor, "script_per_second"), 0);
  EXPECT_GT(Value(floor, "script_redis_us"), 0);
  EXPECT_FALSE(floor["script_per_second"]["limited_by"].empty());
}

TEST(FarmBenchTest, RefusesWhatItCannotMeasure) {
  const TempDir dir;
  const ProcessResult result =
      RunProcess({kBench, "--only", "weather"}, dir.Join("bench"));
  EXPECT_NE(result.code, 0);
  EXPECT_NE(result.err.find("weather"), std::string::npos) << result.err;
}

}  // namespace
}  // namespace longtake
