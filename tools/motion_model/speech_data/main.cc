// longtake_make_speech: see speech_set.h for what it writes.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <sstream>

#include "tools/motion_model/speech_data/command.h"
#include "tools/motion_model/speech_data/command_synthesizers.h"
#include "tools/motion_model/speech_data/espeak_synthesizer.h"
#include "tools/motion_model/speech_data/report.h"
#include "tools/motion_model/speech_data/speech_set.h"

namespace longtake::speech_data {
namespace {

constexpr int kBadInput = 2;

StatusOr<std::vector<Engine>> ParseEngines(const std::string& names) {
  std::vector<Engine> engines;
  std::istringstream list(names);
  std::string name;
  while (std::getline(list, name, ',')) {
    const auto* engine =
        std::find_if(std::begin(kAllEngines), std::end(kAllEngines),
                     [&](Engine e) { return EngineName(e) == name; });
    if (engine == std::end(kAllEngines)) {
      return InvalidArgument(fmt::format(
          "--engines: '{}' is not espeak, flite or festival", name));
    }
    if (std::find(engines.begin(), engines.end(), *engine) == engines.end()) {
      engines.push_back(*engine);
    }
  }
  return engines;
}

StatusOr<std::unique_ptr<Synthesizer>> MakeSynthesizer(Engine engine) {
  if (engine == Engine::kEspeak) return MakeEspeakSynthesizer();
  const std::string program(EngineName(engine));
  if (!HasProgram(program)) {
    return FailedPrecondition(fmt::format(
        "no program {}: install Debian's package {}", program, program));
  }
  return engine == Engine::kFlite ? MakeFliteSynthesizer()
                                  : MakeFestivalSynthesizer();
}

Status Run(SpeechSetOptions options, const std::string& engines) {
  LT_ASSIGN_OR_RETURN(options.engines, ParseEngines(engines));
  Synthesizers synthesizers;
  Vocabularies vocabularies;
  for (const Engine engine : options.engines) {
    LT_ASSIGN_OR_RETURN(synthesizers[engine], MakeSynthesizer(engine));
    for (const Voice& voice : VoicesOf(engine)) {
      const std::string language(voice.language);
      if (vocabularies.contains(language)) continue;
      LT_ASSIGN_OR_RETURN(vocabularies[language], ReadVocabulary(language));
    }
  }
  LT_ASSIGN_OR_RETURN(const std::vector<ManifestLine> lines,
                      MakeSpeechSet(options, vocabularies, synthesizers));
  LT_ASSIGN_OR_RETURN(const std::string description,
                      DescribeSpeechSet(options.directory, lines));
  fmt::print("{}", description);
  return OkStatus();
}

int Main(int argc, char** argv) {
  CLI::App app("Makes speech with phone times for training a motion model.");
  SpeechSetOptions options;
  std::string engines = "espeak,flite,festival";
  app.add_option("--out", options.directory, "Directory of the set")
      ->required();
  app.add_option("--hours", options.hours, "Hours of a whole set")
      ->capture_default_str();
  app.add_option("--seed", options.seed, "Same seed, same speech")
      ->capture_default_str();
  app.add_option("--jobs", options.jobs, "Processes at a time")
      ->capture_default_str();
  app.add_option("--engines", engines, "Which, by comma")
      ->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kBadInput;
  }
  const Status status = Run(options, engines);
  if (status.ok()) return 0;
  fmt::print(stderr, "longtake_make_speech: {}\n", Message(status));
  return status.code() == StatusCode::kInvalidArgument ||
                 status.code() == StatusCode::kFailedPrecondition
             ? kBadInput
             : 1;
}

}  // namespace
}  // namespace longtake::speech_data

int main(int argc, char** argv) {
  return longtake::speech_data::Main(argc, argv);
}
