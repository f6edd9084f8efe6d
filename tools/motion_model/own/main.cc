// longtake_own_speech: a user's recordings with their texts as training speech,
// see own_speech.h.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <sstream>

#include "tools/motion_model/own/own_speech.h"
#include "worker/engine/speech/speech_motion_model.h"

namespace longtake::own {
namespace {

constexpr int kBadInput = 2;

Status Run(const OwnSpeechOptions& options, const std::string& weights) {
  std::ifstream file(weights, std::ios::binary);
  if (!file) return NotFound(weights + ": can't be read");
  std::ostringstream bytes;
  bytes << file.rdbuf();
  LT_ASSIGN_OR_RETURN(const auto model,
                      worker::SpeechMotionModel::Create(bytes.str(), weights));
  LT_ASSIGN_OR_RETURN(const OwnSpeech own,
                      MakeOwnSpeech(model->net(), options));
  for (const std::string& line : own.left_out) {
    fmt::print(stderr, "left out: {}\n", line);
  }
  fmt::print(
      "{} utterances, {:.1f} of {:.1f} minutes, {:.1f} with a measured mouth: "
      "{}\n",
      own.lines.size(), own.kept_s / 60, own.given_s / 60, own.seen_s / 60,
      options.directory);
  return OkStatus();
}

int Main(int argc, char** argv) {
  CLI::App app(
      "Makes training speech of recordings: NAME.wav (.mp3, …) with NAME.txt "
      "(.srt, .vtt) or NAME.phones, and of films that show who speaks: "
      "NAME.mp4 "
      "(.mov, .mkv, .webm), with or without them");
  OwnSpeechOptions options;
  std::string weights;
  app.add_option("--recordings", options.recordings,
                 "folder; each sub-folder is a speaker")
      ->required();
  app.add_option("--language", options.language,
                 "of the texts: en, pt-br, …; not needed without them");
  app.add_option("--weights", weights,
                 "of longtake_train_motion: hear the words")
      ->required();
  app.add_option("--faces", options.face_networks,
                 "folder of the face networks; needed where there are films");
  app.add_option("--out", options.directory, "folder of the set, to be made")
      ->required();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kBadInput;
  }
  const Status status = Run(options, weights);
  if (status.ok()) return 0;
  fmt::print(stderr, "longtake_own_speech: {}\n", Message(status));
  return kBadInput;
}

}  // namespace
}  // namespace longtake::own

int main(int argc, char** argv) { return longtake::own::Main(argc, argv); }
