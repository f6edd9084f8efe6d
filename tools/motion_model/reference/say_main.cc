// longtake_say_prompts: espeak-ng says texts, for measuring the aligner on
// speech whose phone times are known. Writes NAME.wav, NAME.txt and
// NAME.phones for each NAME.txt.

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tools/motion_model/reference/alignment_files.h"
#include "tools/motion_model/reference/cepstra.h"
#include "tools/motion_model/reference/espeak_speech.h"
#include "tools/motion_model/reference/first_guess.h"
#include "tools/motion_model/reference/wav_file.h"

namespace longtake::reference {
namespace {

namespace fs = std::filesystem;
constexpr int kBadInput = 2;

std::vector<PhoneSpan> TrueSpans(const Utterance& utterance) {
  const std::vector<Slot> slots =
      SlotsOf(utterance, Analyze(utterance.samples).loudness_db);
  std::vector<PhoneSpan> spans;
  for (size_t i = 0; i < slots.size(); ++i) {
    const double end =
        i + 1 < slots.size()
            ? slots[i + 1].guide_s
            : static_cast<double>(utterance.samples.size()) / kSampleRateHz;
    if (end > slots[i].guide_s) {
      spans.push_back({slots[i].guide_s, end, slots[i].ipa});
    }
  }
  return spans;
}

Status Run(const EspeakVoice& voice, const fs::path& from, const fs::path& to) {
  LT_ASSIGN_OR_RETURN(const std::vector<SpokenText> texts,
                      ReadRecordings(from));
  std::vector<std::string> lines;
  for (const SpokenText& t : texts) lines.push_back(t.text);
  LT_ASSIGN_OR_RETURN(const std::vector<Utterance> spoken, Say(voice, lines));
  std::error_code error;
  fs::create_directories(to, error);
  for (size_t i = 0; i < texts.size(); ++i) {
    if (spoken[i].phones.empty()) continue;
    const fs::path base = to / texts[i].name;
    LT_RETURN_IF_ERROR(
        WriteWav(base.string() + ".wav", {kSampleRateHz, spoken[i].samples}));
    LT_RETURN_IF_ERROR(
        WritePhones(base.string() + ".phones", TrueSpans(spoken[i])));
    std::ofstream(base.string() + ".txt") << texts[i].text << '\n';
  }
  return OkStatus();
}

}  // namespace
}  // namespace longtake::reference

int main(int argc, char** argv) {
  using namespace longtake::reference;
  CLI::App app("Says the texts of recordings with espeak-ng");
  EspeakVoice voice;
  std::string from;
  std::string to;
  app.add_option("--voice", voice.name, "espeak-ng voice, as fr+f3")
      ->required();
  app.add_option("--rate", voice.words_per_minute, "words a minute");
  app.add_option("--pitch", voice.pitch, "0 to 100");
  app.add_option("--recordings", from, "directory of NAME.wav and NAME.txt")
      ->required();
  app.add_option("--out", to, "directory to write to")->required();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : kBadInput;
  }
  if (const longtake::Status status = Run(voice, from, to); !status.ok()) {
    fmt::print(stderr, "longtake_say_prompts: {}\n", longtake::Message(status));
    return kBadInput;
  }
  return 0;
}
