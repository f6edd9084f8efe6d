// longtake_eval_motion: the motion model against recordings whose phones are
// known, left-out synthetic voices, a telephone line, and sounds that nobody
// speaks.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <sstream>

#include "tools/motion_model/evaluate/evaluation.h"
#include "tools/motion_model/evaluate/plots.h"
#include "tools/motion_model/evaluate/report.h"
#include "worker/engine/speech/weights_file.h"

namespace longtake::evaluation {
namespace {

constexpr int kBadInput = 2;

struct Flags {
  EvaluationOptions options;
  std::string weights;
  std::string fps = "50";
  std::string json;
  std::string plots;
};

Status WriteFile(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  if (file.flush()) return OkStatus();
  return FailedPrecondition(path + ": can't be written");
}

Status Run(Flags flags) {
  LT_ASSIGN_OR_RETURN(flags.options.rate, ParseFrameRate(flags.fps));
  std::ifstream file(flags.weights, std::ios::binary);
  if (!file) return NotFound(flags.weights + ": can't be read");
  std::ostringstream bytes;
  bytes << file.rdbuf();
  LT_ASSIGN_OR_RETURN(const auto model, worker::SpeechMotionModel::Create(
                                            bytes.str(), flags.weights));
  LT_ASSIGN_OR_RETURN(const Evaluation evaluation,
                      Evaluate(*model, flags.options));
  fmt::print("\n{}", Table(evaluation));
  if (!flags.plots.empty()) {
    LT_RETURN_IF_ERROR(WritePlots(flags.plots, evaluation));
    fmt::print("\nplots: {}\n", flags.plots);
  }
  if (flags.json.empty()) return OkStatus();
  return WriteFile(flags.json, Json(evaluation));
}

int Main(int argc, char** argv) {
  CLI::App app("Scores the motion model");
  Flags flags;
  EvaluationOptions& options = flags.options;
  app.add_option("--weights", flags.weights, "of longtake_train_motion")
      ->required();
  app.add_option("--recordings", options.recordings,
                 "folder of ./dev recordings")
      ->required();
  app.add_option("--languages", options.languages, "its sub-folders")
      ->delimiter(',')
      ->required();
  app.add_option("--speech", options.speech,
                 "folder that longtake_make_speech filled");
  app.add_option("--left-out", options.left_out,
                 "its voices that training never heard (engine/voice)");
  app.add_option("--music", options.music, "folder of music");
  app.add_option("--fps", flags.fps, "frames a second of the motion")
      ->capture_default_str();
  app.add_option("--seed", options.seed, "of the motion")
      ->capture_default_str();
  app.add_option("--limit", options.limit,
                 "recordings of a set, evenly spread; 0: all");
  app.add_option("--json", flags.json, "write the figures to this file");
  app.add_option("--plots", flags.plots,
                 "write SVG plots into this folder: a recording of each "
                 "language, and the figures");
  CLI11_PARSE(app, argc, argv);
  const Status status = Run(flags);
  if (status.ok()) return 0;
  fmt::print(stderr, "longtake_eval_motion: {}\n", Message(status));
  return kBadInput;
}

}  // namespace
}  // namespace longtake::evaluation

int main(int argc, char** argv) {
  return longtake::evaluation::Main(argc, argv);
}
