#include "benchmarks/farm/overhead.h"

#include <fmt/format.h>
#include <signal.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "benchmarks/farm/loopback_farm.h"
#include "common/testing/temp_dir.h"
#include "tests/support/process.h"

namespace longtake::bench {
namespace {

namespace fs = std::filesystem;
using SteadyClock = std::chrono::steady_clock;

constexpr double kTargetRatio = 1.05;
constexpr std::chrono::seconds kCommandLimit(300);
constexpr char kBin[] = LONGTAKE_BIN_DIR;
constexpr char kPortrait[] = LONGTAKE_SHARE_DIR "/demo/astronaut.png";
constexpr char kText[] =
    "The quick brown fox jumps over the lazy dog. Bring me a map, please; "
    "perhaps both of them. How many people will be there tomorrow evening? ";

double SecondsSince(SteadyClock::time_point begin) {
  return std::chrono::duration<double>(SteadyClock::now() - begin).count();
}

Status RunCommand(const std::vector<std::string>& argv,
                  const std::string& stem) {
  Process process(argv, stem);
  const int code = process.Wait(kCommandLimit);
  if (code == 0) return OkStatus();
  return Internal(fmt::format("{} {} ends with {}: {}", argv[0],
                              argv.size() > 1 ? argv[1] : "", code,
                              process.Err()));
}

StatusOr<std::string> MakeSpeech(const TempDir& dir, int seconds) {
  const std::string phrase = dir.Join("phrase.wav");
  const std::string speech = dir.Join("speech.wav");
  std::string text;
  for (int i = 0; i < 6; ++i) text += kText;
  const std::string script = fmt::format(
      "espeak-ng -v en -s 150 -w {0} '{1}' && "
      "ffmpeg -v error -y -stream_loop -1 -i {0} -t {2} -c:a pcm_s16le {3}",
      phrase, text, seconds, speech);
  if (const Status made =
          RunCommand({"/bin/sh", "-c", script}, dir.Join("speech"));
      !made.ok()) {
    return NotFound("no speech to render, run ./dev setup: " + Message(made));
  }
  return speech;
}

StatusOr<double> TimeRender(const std::string& speech) {
  const TempDir dir;
  const auto begin = SteadyClock::now();
  LT_RETURN_IF_ERROR(RunCommand(
      {fmt::format("{}/longtake", kBin), "render", "--measure", "none",
       "--portrait", kPortrait, "--audio", speech, "--workers", "1",
       "--cache-dir", dir.Join("cache"), "-o", dir.Join("take.mp4")},
      dir.Join("render")));
  return SecondsSince(begin);
}

struct FarmTimes {
  double worker_start = 0;  // until it is registered
  double submit = 0;        // until the take is a file
};

StatusOr<FarmTimes> TimeFarm(const std::string& speech) {
  const TempDir dir;
  LoopbackFarm::Options options;
  options.artifacts_in_memory = false;  // as render's cache
  LT_ASSIGN_OR_RETURN(const auto farm, LoopbackFarm::Start(options));
  FarmTimes times;
  auto begin = SteadyClock::now();
  Process worker(
      {fmt::format("{}/longtake-worker", kBin), "--coordinators",
       farm->address(), "--artifacts", farm->artifacts_path(), "--slots", "1"},
      dir.Join("worker"));
  if (worker.AwaitLine("registered as").empty()) {
    return Internal("the worker does not come up: " + worker.Err());
  }
  times.worker_start = SecondsSince(begin);
  begin = SteadyClock::now();
  LT_RETURN_IF_ERROR(
      RunCommand({fmt::format("{}/longtake", kBin), "submit", "--farm",
                  farm->address(), "--portrait", kPortrait, "--audio", speech,
                  "--wait", "-o", dir.Join("take.mp4")},
                 dir.Join("submit")));
  times.submit = SecondsSince(begin);
  worker.Signal(SIGTERM);
  worker.Wait();
  return times;
}

}  // namespace

Status MeasureOverhead(const OverheadOptions& options, Figures* figures) {
  if (!fs::exists(kPortrait)) {
    return NotFound("no demo photograph: run ./dev setup");
  }
  const TempDir dir;
  LT_ASSIGN_OR_RETURN(const std::string speech,
                      MakeSpeech(dir, options.speech_seconds));
  figures->Begin(
      "overhead",
      fmt::format("overhead: {} s of speech, one slot, empty caches; "
                  "longtake render and submit --wait in turns, {} "
                  "times",
                  options.speech_seconds, options.pairs));
  std::vector<double> render, farm, ratio, whole;
  for (int i = 0; i < options.pairs; ++i) {
    // Each goes first every other time: the machine's mood is shared fairly.
    const bool render_first = i % 2 == 0;
    double alone = 0;
    if (render_first) {
      LT_ASSIGN_OR_RETURN(alone, TimeRender(speech));
    }
    LT_ASSIGN_OR_RETURN(const FarmTimes times, TimeFarm(speech));
    if (!render_first) {
      LT_ASSIGN_OR_RETURN(alone, TimeRender(speech));
    }
    render.push_back(alone);
    farm.push_back(times.submit);
    ratio.push_back(times.submit / alone);
    whole.push_back((times.worker_start + times.submit) / alone);
  }
  figures->Add(
      {"render_s", "longtake render, median", Quantile(render, 0.5), "s"});
  figures->Add(
      {"farm_s", "longtake submit to file, median", Quantile(farm, 0.5), "s"});
  figures->Add({"ratio", "farm / render, median of the pairs",
                Quantile(ratio, 0.5), "x", Target::kBelow, kTargetRatio,
                "bytes of inputs and take through the coordinator, and round "
                "trips a task"});
  figures->Add({"ratio_with_start", "the same, the worker's start counted too",
                Quantile(whole, 0.5), "x"});
  return OkStatus();
}

}  // namespace longtake::bench
