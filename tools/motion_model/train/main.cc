// longtake_train_motion: the weights of the motion model, from speech that
// longtake_make_speech made.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "tools/motion_model/train/corpus.h"
#include "tools/motion_model/train/diffusion_trainer.h"
#include "tools/motion_model/train/speech_trainer.h"

namespace longtake::training {
namespace {

constexpr int kBadInput = 2;

// `own`: further sets, of longtake_own_speech. `diffusion_on`: empty to train
// the speech network.
Status Train(CorpusOptions corpus_options, const std::vector<std::string>& own,
             const SpeechTrainerOptions& options,
             const std::string& diffusion_on) {
  LT_ASSIGN_OR_RETURN(std::vector<Utterance> corpus,
                      LoadCorpus(corpus_options));
  for (const std::string& directory : own) {
    corpus_options.directory = directory;
    LT_ASSIGN_OR_RETURN(std::vector<Utterance> more,
                        LoadCorpus(corpus_options));
    std::move(more.begin(), more.end(), std::back_inserter(corpus));
  }
  int64_t hops = 0;
  for (const Utterance& u : corpus) hops += u.hops();
  fmt::print("{} utterances, {:.2f} h\n", corpus.size(),
             static_cast<double>(hops) / 360000);
  std::fflush(stdout);
  if (diffusion_on.empty()) return TrainSpeechNet(corpus, options);
  DiffusionTrainerOptions diffusion;
  diffusion.speech_weights = diffusion_on;
  diffusion.output = options.output;
  diffusion.steps = options.steps;
  diffusion.learning_rate = options.learning_rate;
  diffusion.seed = options.seed;
  diffusion.threads = options.threads;
  return TrainMouthDiffusion(corpus, diffusion);
}

int Main(int argc, char** argv) {
  CLI::App app("Trains the motion model: its speech network, or its diffusion");
  CorpusOptions corpus;
  SpeechTrainerOptions options;
  std::vector<std::string> own;
  app.add_option("--speech", corpus.directory,
                 "directory that longtake_make_speech filled")
      ->required();
  app.add_option("--own", own, "directories that longtake_own_speech filled");
  app.add_option("-o,--output", options.output, "weights to write")->required();
  app.add_option("--leave-out", corpus.left_out,
                 "voices (engine/voice) kept for the evaluation");
  std::string diffusion_on;
  app.add_option("--diffusion-on", diffusion_on,
                 "train the diffusion on top of these weights of the speech "
                 "network");
  app.add_option("--steps", options.steps, "training steps")
      ->capture_default_str();
  app.add_option("--channels", options.shape.channels, "width of the network")
      ->capture_default_str();
  app.add_option("--blocks", options.shape.blocks, "depth of the network")
      ->capture_default_str();
  app.add_option("--rate", options.learning_rate, "highest learning rate")
      ->capture_default_str();
  app.add_option("--seed", options.seed, "seed of every draw")
      ->capture_default_str();
  app.add_option("--threads", options.threads, "processor threads")
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  corpus.seed = options.seed;
  corpus.threads = options.threads;
  const Status status = Train(corpus, own, options, diffusion_on);
  if (status.ok()) return 0;
  fmt::print(stderr, "longtake_train_motion: {}\n", Message(status));
  return kBadInput;
}

}  // namespace
}  // namespace longtake::training

int main(int argc, char** argv) { return longtake::training::Main(argc, argv); }
