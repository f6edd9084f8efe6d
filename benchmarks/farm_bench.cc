// Speed and scale of the farm: Redis and one coordinator as real processes on
// loopback, workers that are real in all but the work. Run by ./dev bench.
//
//   longtake_farm_bench [--full]
//                       [--only floor,scale,efficiency,straggler,overhead]
//                       [--workers N] [--jobs N] [--segments N] [--task-ms N]
//                       [--json FILE]
//
// A target that was missed is marked, and no error: what was measured depends
// on the machine. Exit code 1 is for what could not be measured.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "benchmarks/farm/efficiency.h"
#include "benchmarks/farm/figures.h"
#include "benchmarks/farm/floor.h"
#include "benchmarks/farm/overhead.h"
#include "benchmarks/farm/scale.h"
#include "common/concurrency/mutex_checks.h"
#include "common/log/log.h"

namespace longtake::bench {
namespace {

// What two busy cores do in less than a minute, all together.
constexpr int kQuickWorkers = 200;
constexpr int kQuickJobs = 20;
constexpr int kQuickSegments = 270;
constexpr int kQuickTaskMs = 100;
// Load at which waiting for a worker's start is the farm's own doing.
constexpr double kHalfLoad = 0.5;

struct Flags {
  bool full = false;
  std::vector<std::string> only;
  ScaleOptions scale;
  EfficiencyOptions efficiency;
  OverheadOptions overhead;
  FloorOptions floor;
  int floor_seconds = 5;
  std::string serve_floor;  // this process is the floor's server
  int task_ms = 0;
  int efficiency_task_ms = 2000;
  std::string json_file;
};

bool Wanted(const Flags& flags, const std::string& section) {
  return flags.only.empty() || std::find(flags.only.begin(), flags.only.end(),
                                         section) != flags.only.end();
}

Status MeasureScales(const Flags& flags, Figures* figures) {
  double rate = 0;
  LT_RETURN_IF_ERROR(MeasureScale(flags.scale, "scale", figures, &rate));
  if (!flags.full || rate <= 0) return OkStatus();
  ScaleOptions half = flags.scale;
  half.jobs = std::max(1, half.jobs / 4);
  half.task_time = absl::Seconds(half.workers / (rate * kHalfLoad));
  return MeasureScale(half, "scale_half_load", figures, &rate);
}

int Run(const Flags& flags) {
  Figures figures;
  int unmeasured = 0;
  const auto measure = [&](const std::string& section,
                           const std::function<Status()>& run) {
    if (!Wanted(flags, section)) return;
    const Status status = run();
    if (status.ok()) return;
    ++unmeasured;
    std::fprintf(stderr, "longtake_farm_bench: %s: %s\n", section.c_str(),
                 Message(status).c_str());
  };
  measure("floor", [&] {
    double rate = 0;
    return MeasureFloor(flags.floor, &figures, &rate);
  });
  measure("scale", [&] { return MeasureScales(flags, &figures); });
  measure("efficiency",
          [&] { return MeasureEfficiency(flags.efficiency, &figures); });
  measure("straggler", [&] {
    EfficiencyOptions options = flags.efficiency;
    options.slow_factor = 10;
    return MeasureStraggler(options, &figures);
  });
  measure("overhead",
          [&] { return MeasureOverhead(flags.overhead, &figures); });
  std::printf("\n%d target(s) missed, %d measurement(s) not made\n",
              figures.missed(), unmeasured);
  if (!flags.json_file.empty()) {
    std::ofstream(flags.json_file) << figures.ToJson().dump(2) << "\n";
  }
  return unmeasured == 0 ? 0 : 1;
}

void Declare(CLI::App& app, Flags& flags) {
  app.add_flag("--full", flags.full,
               "1000 workers and 200 jobs of 270 segments: a farm of a night");
  app.add_option("--only", flags.only,
                 "floor, scale, efficiency, straggler, overhead; commas "
                 "between")
      ->delimiter(',')
      ->check(CLI::IsMember(
          {"floor", "scale", "efficiency", "straggler", "overhead"}));
  app.add_option("--workers", flags.scale.workers, "of floor and scale")
      ->check(CLI::Range(1, 5000));
  app.add_option("--jobs", flags.scale.jobs, "of scale")
      ->check(CLI::Range(1, 1000));
  app.add_option("--segments", flags.scale.segments, "of a job, of scale")
      ->check(CLI::Range(1, 4000));
  app.add_option("--task-ms", flags.task_ms, "a render's time, of scale")
      ->check(CLI::Range(1, 60000));
  app.add_option("--floor-seconds", flags.floor_seconds,
                 "of each measurement of floor")
      ->check(CLI::Range(1, 60))
      ->capture_default_str();
  app.add_option("--serve-floor", flags.serve_floor)->group("");
  app.add_option("--efficiency-workers", flags.efficiency.workers)
      ->check(CLI::Range(2, 1000))
      ->capture_default_str();
  app.add_option("--efficiency-segments", flags.efficiency.segments)
      ->check(CLI::Range(1, 4000))
      ->capture_default_str();
  app.add_option("--efficiency-task-ms", flags.efficiency_task_ms)
      ->check(CLI::Range(1, 60000))
      ->capture_default_str();
  app.add_option("--speech-seconds", flags.overhead.speech_seconds,
                 "of overhead")
      ->check(CLI::Range(1, 3600))
      ->capture_default_str();
  app.add_option("--pairs", flags.overhead.pairs, "of overhead")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  app.add_option("--json", flags.json_file,
                 "also write the figures to this file");
}

}  // namespace
}  // namespace longtake::bench

int main(int argc, char** argv) {
  longtake::SwitchOffMutexChecks();
  using longtake::bench::Flags;
  Flags flags;
  CLI::App app("Speed and scale of the farm.");
  longtake::bench::Declare(app, flags);
  CLI11_PARSE(app, argc, argv);
  if (!flags.serve_floor.empty()) {
    return longtake::bench::ServeFloor(
        flags.serve_floor == "none" ? "" : flags.serve_floor);
  }
  const bool full = flags.full;
  if (app.count("--workers") == 0 && !full) {
    flags.scale.workers = longtake::bench::kQuickWorkers;
  }
  if (app.count("--jobs") == 0 && !full) {
    flags.scale.jobs = longtake::bench::kQuickJobs;
  }
  if (app.count("--segments") == 0 && !full) {
    flags.scale.segments = longtake::bench::kQuickSegments;
  }
  if (flags.task_ms == 0) {
    flags.task_ms = full ? 450 : longtake::bench::kQuickTaskMs;
  }
  flags.scale.task_time = absl::Milliseconds(flags.task_ms);
  flags.floor.connections = flags.scale.workers;
  flags.floor.time = absl::Seconds(flags.floor_seconds);
  flags.efficiency.task_time = absl::Milliseconds(flags.efficiency_task_ms);
  // What a thousand agents would say here is not part of a worker's work.
  longtake::SetUpLogging(longtake::LogLevel::kError);
  return longtake::bench::Run(flags);
}
