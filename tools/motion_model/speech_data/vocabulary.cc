#include "tools/motion_model/speech_data/vocabulary.h"

#include <fmt/format.h>

#include <algorithm>

#include "tools/motion_model/speech_data/common_words.h"
#include "tools/motion_model/speech_data/ipa.h"
#include "tools/motion_model/speech_data/made_up_words.h"
#include "tools/motion_model/speech_data/word_list.h"

namespace longtake::speech_data {
namespace {

struct Source {
  std::string_view language;
  std::string_view path;  // empty: words are made up
};

#define DICT_ "/usr/share/dict/"
#define HUNSPELL_ "/usr/share/hunspell/"
constexpr Source kSources[] = {
    {"ar", HUNSPELL_ "ar.dic"},
    {"bg", DICT_ "bulgarian"},
    {"bn", HUNSPELL_ "bn_BD.dic"},
    {"ca", DICT_ "catalan"},
    {"cmn", ""},
    {"cs", HUNSPELL_ "cs_CZ.dic"},
    {"da", DICT_ "danish"},
    {"de", DICT_ "ngerman"},
    {"el", HUNSPELL_ "el_GR.dic"},
    {"en", DICT_ "american-english"},
    {"es", DICT_ "spanish"},
    {"et", HUNSPELL_ "et_EE.dic"},
    {"eu", HUNSPELL_ "eu.dic"},
    {"fi", ""},
    {"fr", DICT_ "french"},
    {"hi", HUNSPELL_ "hi_IN.dic"},
    {"hr", HUNSPELL_ "hr_HR.dic"},
    {"hu", HUNSPELL_ "hu_HU.dic"},
    {"id", HUNSPELL_ "id_ID.dic"},
    {"is", HUNSPELL_ "is_IS.dic"},
    {"it", DICT_ "italian"},
    {"ja", ""},
    {"ko", ""},
    {"lt", HUNSPELL_ "lt_LT.dic"},
    {"lv", HUNSPELL_ "lv_LV.dic"},
    {"mr", HUNSPELL_ "hi_IN.dic"},
    {"ms", HUNSPELL_ "id_ID.dic"},
    {"nb", DICT_ "bokmaal"},
    {"ne", HUNSPELL_ "hi_IN.dic"},
    {"nl", DICT_ "dutch"},
    {"pl", DICT_ "polish"},
    {"pt", DICT_ "portuguese"},
    {"pt-br", DICT_ "brazilian"},
    {"ro", HUNSPELL_ "ro_RO.dic"},
    {"ru", HUNSPELL_ "ru_RU.dic"},
    {"sk", HUNSPELL_ "sk_SK.dic"},
    {"sl", HUNSPELL_ "sl_SI.dic"},
    {"sr", HUNSPELL_ "sr_RS.dic"},
    {"sv", DICT_ "swedish"},
    {"sw", HUNSPELL_ "sw_TZ.dic"},
    {"te", HUNSPELL_ "te_IN.dic"},
    {"tr", HUNSPELL_ "tr_TR.dic"},
    {"uk", DICT_ "ukrainian"},
    {"vi", HUNSPELL_ "vi_VN.dic"},
};
#undef DICT_
#undef HUNSPELL_

constexpr double kCommonShare = 0.4;
// So often the one of two words with more lip letters is taken.
constexpr double kLipShare = 0.35;

std::vector<std::string> Split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const size_t end = std::min(text.find(separator), text.size());
    if (end > 0) parts.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

}  // namespace

std::vector<std::string_view> KnownLanguages() {
  std::vector<std::string_view> languages;
  for (const Source& source : kSources) languages.push_back(source.language);
  return languages;
}

StatusOr<Vocabulary> ReadVocabulary(std::string_view language) {
  const auto* source =
      std::find_if(std::begin(kSources), std::end(kSources),
                   [&](const Source& s) { return s.language == language; });
  if (source == std::end(kSources)) {
    return InvalidArgument(fmt::format("no words for language '{}'", language));
  }
  Vocabulary vocabulary;
  vocabulary.common = Split(CommonWords(language), ' ');
  vocabulary.prompts = Split(Prompts(language), '\n');
  if (!source->path.empty()) {
    LT_ASSIGN_OR_RETURN(vocabulary.words,
                        ReadWordList(std::string(source->path),
                                     language == "de" ? Capitals::kFirstLetter
                                                      : Capitals::kNone));
  }
  return vocabulary;
}

int LipLetters(std::string_view word) {
  static const std::vector<std::string_view> letters = Characters(
      "pbmfvwпбмфвπβμφपबमफवभపబమఫవభপবমফভبمفوまみむめもばびぶべぼぱぴぷぺぽ");
  int count = 0;
  for (const std::string_view c : Characters(word)) {
    count += std::find(letters.begin(), letters.end(), c) != letters.end();
  }
  return count;
}

std::string Vocabulary::Word(std::string_view language, Random& random) const {
  const auto one = [&] {
    if (!common.empty() && random.Chance(kCommonShare)) {
      return random.Pick(common);
    }
    return words.empty() ? MadeUpWord(language, random) : random.Pick(words);
  };
  std::string word = one();
  if (random.Chance(kLipShare)) {
    std::string other = one();
    if (LipLetters(other) > LipLetters(word)) word = std::move(other);
  }
  return word;
}

}  // namespace longtake::speech_data
