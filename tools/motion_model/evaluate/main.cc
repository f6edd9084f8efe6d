// longtake_eval_motion: the motion model against recordings whose phones are
// known.

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>

#include "tools/motion_model/evaluate/recordings.h"
#include "worker/engine/evaluate/motion_scorer.h"
#include "worker/engine/motion/baseline_model.h"
#include "worker/engine/speech/speech_motion_model.h"
#include "worker/media/audio_file.h"
#include "worker/media/pcm_file.h"

namespace longtake::evaluation {
namespace {

constexpr int kBadInput = 2;

struct Flags {
  std::string recordings;
  std::vector<std::string> sets;
  std::string weights;  // empty: the baseline
  std::string fps = "50";
  uint64_t seed = 1;
  int64_t limit = 0;
};

StatusOr<std::unique_ptr<worker::FineMotionModel>> OpenModel(
    const Flags& flags) {
  if (flags.weights.empty()) {
    return std::unique_ptr<worker::FineMotionModel>(
        std::make_unique<worker::BaselineMotionModel>());
  }
  std::ifstream file(flags.weights, std::ios::binary);
  if (!file) return NotFound(flags.weights + ": can't be read");
  std::ostringstream bytes;
  bytes << file.rdbuf();
  LT_ASSIGN_OR_RETURN(
      std::unique_ptr<worker::SpeechMotionModel> model,
      worker::SpeechMotionModel::Create(bytes.str(), flags.weights));
  return std::unique_ptr<worker::FineMotionModel>(std::move(model));
}

void PrintRow(const std::string& name, const worker::MotionScore& s,
              double cpu_ms) {
  fmt::print(
      "{:16} r {:.3f} jaw {:.3f} close {:.3f} | std {:.2f} jaw {:.2f} | "
      "closures {:5} F1 {:.3f} (recall {:.2f}, precision {:.2f}) | lag {:+.0f} "
      "ms | rest jaw {:.3f} | {:.0f} s, {:.1f} ms/s\n",
      name, s.mean_r, s.r[worker::kCurveJaw], s.r[worker::kCurveLipClose],
      s.mean_std_ratio, s.std_ratio[worker::kCurveJaw], s.closures,
      s.closure_f1, s.closure_recall, s.closure_precision, s.lag_ms, s.rest_jaw,
      s.seconds, cpu_ms);
  std::string line;
  for (int c = 0; c < worker::kMouthCurves; ++c) {
    line += fmt::format(" {:.2f}/{:.2f}", s.r[c], s.std_ratio[c]);
  }
  fmt::print("   r/std by curve:{}\n", line);
  std::fflush(stdout);
}

Status Evaluate(const Flags& flags) {
  LT_ASSIGN_OR_RETURN(const auto model, OpenModel(flags));
  LT_ASSIGN_OR_RETURN(const FrameRate rate, ParseFrameRate(flags.fps));
  const std::string scratch = (std::filesystem::temp_directory_path() /
                               fmt::format("longtake-eval-{}", ::getpid()))
                                  .string();
  for (const std::string& set : flags.sets) {
    LT_ASSIGN_OR_RETURN(
        const std::vector<Recording> recordings,
        ListRecordings(flags.recordings + "/" + set, flags.limit));
    worker::MotionScorer scorer;
    double cpu = 0;
    for (const Recording& recording : recordings) {
      LT_RETURN_IF_ERROR(
          worker::AnalyzeAudio(recording.audio, recording.audio, scratch)
              .status());
      LT_ASSIGN_OR_RETURN(const auto pcm, worker::PcmFile::Open(scratch));
      LT_ASSIGN_OR_RETURN(const auto phones,
                          worker::ReadPhones(recording.phones));
      const std::clock_t begin = std::clock();
      LT_ASSIGN_OR_RETURN(const auto curves,
                          MouthOf(*model, *pcm, rate, flags.seed));
      cpu += static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
      scorer.Add(rate, curves, phones);
    }
    const worker::MotionScore score = scorer.Score();
    PrintRow(set, score, 1000 * cpu / score.seconds);
  }
  std::filesystem::remove(scratch);
  return OkStatus();
}

int Main(int argc, char** argv) {
  CLI::App app("Scores the motion model on recordings with known phones");
  Flags flags;
  app.add_option("--recordings", flags.recordings, "directory of the sets")
      ->required();
  app.add_option("--sets", flags.sets, "its subdirectories")
      ->required()
      ->delimiter(',');
  app.add_option("--weights", flags.weights, "default: the baseline model");
  app.add_option("--fps", flags.fps, "frames a second")->capture_default_str();
  app.add_option("--seed", flags.seed, "of the motion")->capture_default_str();
  app.add_option("--limit", flags.limit, "recordings a set, evenly spread");
  CLI11_PARSE(app, argc, argv);
  const Status status = Evaluate(flags);
  if (status.ok()) return 0;
  fmt::print(stderr, "longtake_eval_motion: {}\n", Message(status));
  return kBadInput;
}

}  // namespace
}  // namespace longtake::evaluation

int main(int argc, char** argv) {
  return longtake::evaluation::Main(argc, argv);
}
