// longtake_align_recordings: writes the times of the phones of recorded speech,
// see alignment_files.h and aligner.h.

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "tools/motion_model/reference/aligner.h"
#include "tools/motion_model/reference/alignment_files.h"

namespace longtake::reference {
namespace {

constexpr int kBadInput = 2;

struct Flags {
  std::filesystem::path recordings;
  std::filesystem::path out;
  std::string language;
  std::string voice;
};

// espeak-ng's voice for a language, in the accent of the recordings.
std::string VoiceOf(const std::string& language) {
  if (language == "en") return "en-us";
  if (language == "es") return "es-419";
  return language;
}

StatusOr<std::vector<Recording>> Guided(const Flags& flags) {
  LT_ASSIGN_OR_RETURN(std::vector<SpokenText> spoken,
                      ReadRecordings(flags.recordings / flags.language));
  EspeakVoice voice;
  voice.name = flags.voice.empty() ? VoiceOf(flags.language) : flags.voice;
  std::vector<std::string> texts;
  for (const SpokenText& s : spoken) texts.push_back(s.text);
  LT_ASSIGN_OR_RETURN(std::vector<Utterance> guides, Say(voice, texts));
  std::vector<Recording> recordings;
  for (size_t i = 0; i < spoken.size(); ++i) {
    if (guides[i].phones.empty()) {
      fmt::print(stderr, "{}: espeak-ng says nothing for \"{}\", left out\n",
                 spoken[i].name, spoken[i].text);
      continue;
    }
    recordings.push_back(
        {spoken[i].name, std::move(spoken[i].samples), std::move(guides[i])});
  }
  return recordings;
}

Status Run(const Flags& flags) {
  LT_ASSIGN_OR_RETURN(const std::vector<Recording> recordings, Guided(flags));
  const auto alignments = Align(recordings, AlignerOptions());
  for (size_t i = 0; i < recordings.size(); ++i) {
    if (!alignments[i]) {
      fmt::print(stderr, "{}: too short for its text, left out\n",
                 recordings[i].name);
    }
  }
  const std::filesystem::path out =
      flags.out.empty() ? flags.recordings / flags.language : flags.out;
  std::error_code error;
  std::filesystem::create_directories(out, error);
  return WriteAlignments(out, recordings, alignments);
}

}  // namespace
}  // namespace longtake::reference

int main(int argc, char** argv) {
  using namespace longtake::reference;
  Flags flags;
  CLI::App app(
      "Writes DIR/LANGUAGE/NAME.phones for each NAME.wav with a NAME.txt, and "
      "alignment.tsv");
  app.add_option("--recordings", flags.recordings,
                 "directory that holds a directory for each language")
      ->required();
  app.add_option("--language", flags.language, "en, es, fr, it, ru, ...")
      ->required();
  app.add_option("--voice", flags.voice,
                 "espeak-ng voice that pronounces the texts (default: the "
                 "language's)");
  app.add_option("--out", flags.out,
                 "directory to write to (default: beside the recordings)");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : kBadInput;
  }
  if (const longtake::Status status = Run(flags); !status.ok()) {
    fmt::print(stderr, "longtake_align_recordings: {}\n",
               longtake::Message(status));
    return status.code() == longtake::StatusCode::kInvalidArgument ? kBadInput
                                                                   : 1;
  }
  return 0;
}
