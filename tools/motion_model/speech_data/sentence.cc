#include "tools/motion_model/speech_data/sentence.h"

#include <algorithm>

namespace longtake::speech_data {
namespace {

constexpr double kShortShare = 1.0 / 7;
constexpr double kPromptShare = 1.0 / 12;
constexpr double kNumberShare = 0.02;
constexpr double kPauseShare = 0.1;
constexpr double kFullStopShare = 0.15;  // of the pauses

std::string Number(Random& random) {
  static constexpr int kLargest[] = {9, 9, 20, 99, 999, 9999};
  return std::to_string(
      random.Between(0, kLargest[random.Below(std::size(kLargest))]));
}

std::string MakePrompt(const Vocabulary& vocabulary, std::string_view language,
                       const SentenceStyle& style, Random& random) {
  std::string prompt = random.Pick(vocabulary.prompts);
  static constexpr std::string_view kHole = "{n}";
  for (size_t at = prompt.find(kHole); at != std::string::npos;
       at = prompt.find(kHole)) {
    prompt.replace(
        at, kHole.size(),
        style.digits ? Number(random) : vocabulary.Word(language, random));
  }
  return prompt;
}

std::string EndMark(std::string_view language, Random& random) {
  if (language == "hi" || language == "mr") return "।";
  static constexpr std::string_view kMarks[] = {".", ".", ".", "?", "!"};
  return std::string(kMarks[random.Below(std::size(kMarks))]);
}

}  // namespace

std::string MakeSentence(const Vocabulary& vocabulary,
                         std::string_view language, const SentenceStyle& style,
                         Random& random) {
  if (!vocabulary.prompts.empty() && random.Chance(kPromptShare)) {
    return MakePrompt(vocabulary, language, style, random) +
           EndMark(language, random);
  }
  const int count =
      random.Chance(kShortShare)
          ? random.Between(1, 3)
          : std::min(random.Between(3, 20), random.Between(3, 20));
  std::string text;
  for (int i = 0; i < count; ++i) {
    if (i > 0) {
      if (random.Chance(kPauseShare)) {
        text += style.full_stops && random.Chance(kFullStopShare) ? "." : ",";
      }
      text += ' ';
    }
    text += style.digits && random.Chance(kNumberShare)
                ? Number(random)
                : vocabulary.Word(language, random);
  }
  return text + EndMark(language, random);
}

}  // namespace longtake::speech_data
