// What a render costs: stage by stage, as a whole, against encoding the same
// frames alone, and in memory. Run by ./dev bench; compares its ratios with
// benchmarks/baseline.json and fails where one got much worse.
//
//   longtake_bench [--quick] [--seconds 300] [--minutes 45] [--json FILE]
//                  [--baseline FILE | --no-baseline] [--write-baseline]

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "benchmarks/render/baseline.h"
#include "benchmarks/render/stage_costs.h"
#include "benchmarks/render/whole_render.h"

namespace longtake::benchmarks {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// Goals on two cores at 512x512, 30 frames a second.
constexpr double kRealtimeGoal = 10, kEncodeRatioGoal = 1.7;
constexpr double kMemoryGoalMb = 700;

struct Options {
  bool quick = false, no_baseline = false, write_baseline = false;
  int seconds = 300, minutes = 45, stage_runs = 3;
  std::string json_file;
  std::string baseline = LONGTAKE_SOURCE_DIR "/benchmarks/baseline.json";
};

// The run in which a frame was cheapest: what disturbs only adds.
StatusOr<StageCosts> BestStages(const fs::path& dir, const std::string& audio,
                                int runs) {
  StageInputs inputs;
  inputs.portrait = LONGTAKE_SHARE_DIR "/demo/astronaut.png";
  inputs.models = LONGTAKE_SHARE_DIR "/models";
  inputs.audio = audio;
  inputs.chunk = dir / "stages.mp4";
  LT_ASSIGN_OR_RETURN(StageCosts best, MeasureStages(inputs));
  for (int i = 1; i < runs; ++i) {
    LT_ASSIGN_OR_RETURN(StageCosts costs, MeasureStages(inputs));
    if (costs.Sum() < best.Sum()) best = std::move(costs);
  }
  return best;
}

void PrintStages(const StageCosts& costs) {
  std::printf("%-26s %12s %8s\n", "stage, one thread", "ms a frame", "share");
  for (const StageCost& cost : costs.per_frame) {
    std::printf("  %-24s %12.3f %7.1f%%\n", cost.name.c_str(),
                cost.milliseconds, 100 * cost.milliseconds / costs.Sum());
  }
  std::printf("  %-24s %12.3f\n", "sum", costs.Sum());
  for (const StageCost& cost : costs.once) {
    std::printf("  %-24s %12.0f ms once\n", cost.name.c_str(),
                cost.milliseconds);
  }
}

void PrintRender(const std::string& what, const RenderRun& run) {
  std::printf(
      "%-26s %8lld frames %8.1f s %8.2f x real time %7.1f fps %6.0f MB\n",
      what.c_str(), static_cast<long long>(run.frames), run.seconds,
      run.realtime_factor, run.frames_per_second(), run.peak_rss_mb);
  std::fflush(stdout);
}

json ToJson(const RenderRun& run) {
  return {{"frames", run.frames},
          {"wall_seconds", run.seconds},
          {"realtime_factor", run.realtime_factor},
          {"frames_per_second", run.frames_per_second()},
          {"peak_rss_mb", run.peak_rss_mb}};
}

void PrintGoal(const char* what, double value, double goal, bool most) {
  const bool met = most ? value <= goal : value >= goal;
  std::printf("%-26s %8.2f   goal %s %.1f%s\n", what, value,
              most ? "at most" : "at least", goal, met ? "" : "   MISSED");
}

// 0, or 1 where a ratio got much worse.
int Compare(const Options& options, const Ratios& ratios) {
  if (options.no_baseline) return 0;
  const auto baseline = ReadBaseline(options.baseline);
  if (!baseline.ok()) {
    std::fprintf(stderr, "longtake_bench: %s\n",
                 Message(baseline.status()).c_str());
    return 1;
  }
  const auto worse = Regressions(*baseline, ratios);
  for (const std::string& line : worse) {
    std::printf("REGRESSION %s\n", line.c_str());
  }
  if (worse.empty()) std::printf("no ratio above 1.2 of the baseline's\n");
  return worse.empty() ? 0 : 1;
}

StatusOr<int> RunAll(const Options& options, const fs::path& dir) {
  json all;
  LT_ASSIGN_OR_RETURN(const StageCosts stages,
                      BestStages(dir, MakeSpeech(dir, 20), options.stage_runs));
  PrintStages(stages);
  Ratios ratios;
  for (const StageCost& cost : stages.per_frame) {
    all["stages"][cost.name] = {{"ms_per_frame", cost.milliseconds},
                                {"share", cost.milliseconds / stages.Sum()}};
    if (cost.name == "encode") continue;
    ratios[cost.name + " / encode"] = cost.milliseconds / stages.Of("encode");
  }
  for (const StageCost& cost : stages.once) {
    all["once"][cost.name] = {{"ms", cost.milliseconds}};
  }

  const std::string speech =
      MakeSpeech(dir, options.quick ? 60 : options.seconds);
  const std::string title =
      std::to_string(options.quick ? 60 : options.seconds) + " s, ";
  LT_ASSIGN_OR_RETURN(const RenderRun one, RenderTake(dir, speech, 1));
  PrintRender(title + "1 worker", one);
  // Before and after, so that a machine that slows down takes both along.
  LT_ASSIGN_OR_RETURN(const double before, EncodeAlone(dir, dir / "take.mp4"));
  LT_ASSIGN_OR_RETURN(const RenderRun two, RenderTake(dir, speech, 2));
  PrintRender(title + "2 workers", two);
  LT_ASSIGN_OR_RETURN(const double after, EncodeAlone(dir, dir / "take.mp4"));
  const double alone = (before + after) / 2;
  std::printf("%-26s %64.1f fps\n", "encoding alone", alone);
  const double ratio = alone / two.frames_per_second();
  ratios["end to end / encode alone"] = ratio;
  double peak = std::max(one.peak_rss_mb, two.peak_rss_mb);
  all["one_worker"] = ToJson(one);
  all["end_to_end"] = ToJson(two);
  all["end_to_end"]["encode_ratio"] = ratio;
  all["encode_alone_fps"] = alone;
  if (!options.quick) {
    LT_ASSIGN_OR_RETURN(
        const RenderRun longest,
        RenderTake(dir, MakeSpeech(dir, 60 * options.minutes), 0));
    PrintRender(std::to_string(options.minutes) + " min, default workers",
                longest);
    all["long"] = ToJson(longest);
    peak = std::max(peak, longest.peak_rss_mb);
  }
  all["peak_rss_mb"] = peak;
  all["ratios"] = ratios;
  PrintGoal("end to end / real time", two.realtime_factor, kRealtimeGoal,
            false);
  PrintGoal("end to end / encode alone", ratio, kEncodeRatioGoal, true);
  PrintGoal("peak memory, MB", peak, kMemoryGoalMb, true);
  if (!options.json_file.empty()) {
    std::ofstream(options.json_file) << all.dump(2) << "\n";
  }
  if (options.write_baseline) {
    std::ofstream(options.baseline) << all.dump(2) << "\n";
    return 0;
  }
  return Compare(options, ratios);
}

}  // namespace
}  // namespace longtake::benchmarks

int main(int argc, char** argv) {
  longtake::benchmarks::Options options;
  CLI::App app("What a render costs, against encoding the same frames alone.");
  app.add_flag("--quick", options.quick, "one minute, and no long job");
  app.add_option("--seconds", options.seconds, "length of the compared job")
      ->check(CLI::Range(10, 36000))
      ->capture_default_str();
  app.add_option("--minutes", options.minutes, "length of the long job")
      ->check(CLI::Range(1, 600))
      ->capture_default_str();
  app.add_option("--stage-runs", options.stage_runs,
                 "the best of so many runs counts")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  app.add_option("--json", options.json_file,
                 "also write the figures to this file");
  app.add_option("--baseline", options.baseline, "ratios to compare with");
  app.add_flag("--no-baseline", options.no_baseline, "compare with nothing");
  app.add_flag("--write-baseline", options.write_baseline,
               "make this run the baseline");
  CLI11_PARSE(app, argc, argv);
  namespace fs = std::filesystem;
  const fs::path dir = fs::temp_directory_path() /
                       ("longtake_bench." + std::to_string(getpid()));
  fs::create_directories(dir);
  const auto outcome = longtake::benchmarks::RunAll(options, dir);
  fs::remove_all(dir);
  if (!outcome.ok()) {
    std::fprintf(stderr, "longtake_bench: %s\n",
                 longtake::Message(outcome.status()).c_str());
    return 1;
  }
  return *outcome;
}
