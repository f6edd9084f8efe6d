#include "tools/motion_model/speech_data/espeak_phones.h"

#include <algorithm>

#include "tools/motion_model/speech_data/ipa.h"

namespace longtake::speech_data {
namespace {

struct Spelling {
  std::string_view name;
  std::string_view ipa;
};

// What espeak-ng 1.51 writes with an ASCII mark, as one character or in two
// that stand for one sound. Longer spellings before their own beginnings.
constexpr Spelling kSpellings[] = {
    {"s.", "ʂ"}, {"z.", "ʐ"},  {"r.", "ɽ"}, {"i.", "ɨ"},  {"o-", "ɤ"},
    {"u-", "ɯ"}, {"u\"", "ʉ"}, {"sx", "ʃ"}, {"cr", "tʂ"}, {"nɡ", "ŋ"},
    {"ε", "ɛ"},  {"ᵻ", "ɪ"},   {"g", "ɡ"},  {"ʀ", "ʁ"},   {"ɢ", "ɡ"},
    {"ä", "a"},  {"ʈʂ", "tʂ"}, {"ã", "a"},  {"ẽ", "e"},   {"ĩ", "i"},
    {"õ", "o"},  {"ũ", "u"},
};

struct LanguageSpelling {
  std::string_view language;  // and its dialects
  Spelling spelling;
};

// The letter y stands for the front rounded vowel but in these voices.
constexpr LanguageSpelling kLanguageSpellings[] = {
    {"ru", {"y", "ɨ"}},
    {"uk", {"y", "ɨ"}},
    {"vi", {"y", "ɯ"}},
    {"pt-br", {"y", "ɪ"}},
};

bool Speaks(std::string_view voice, std::string_view language) {
  return voice.starts_with(language) &&
         (voice.size() == language.size() || voice[language.size()] == '-');
}

// The symbols of the inventory that `name` spells, in order.
std::vector<std::string> SymbolsOf(std::string_view name,
                                   std::string_view language) {
  std::vector<std::string> symbols;
  while (!name.empty()) {
    const auto take = [&](const Spelling& spelling) {
      if (!name.starts_with(spelling.name)) return false;
      for (const std::string_view c : Characters(spelling.ipa)) {
        symbols.emplace_back(c);
      }
      name.remove_prefix(spelling.name.size());
      return true;
    };
    if (std::any_of(
            std::begin(kLanguageSpellings), std::end(kLanguageSpellings),
            [&](const LanguageSpelling& own) {
              return Speaks(language, own.language) && take(own.spelling);
            }) ||
        std::any_of(std::begin(kSpellings), std::end(kSpellings), take)) {
      continue;
    }
    const std::string_view c = Characters(name).front();
    if (IsSymbol(c)) symbols.emplace_back(c);
    name.remove_prefix(c.size());
  }
  return symbols;
}

}  // namespace

std::vector<std::string> EspeakPhones(std::string_view name,
                                      std::string_view language) {
  if (name.starts_with('(')) return {};
  std::vector<std::string> phones;
  bool after_vowel = false;
  for (std::string& symbol : SymbolsOf(name, language)) {
    const bool vowel = IsVowelSymbol(symbol);
    if (phones.empty()) {
      phones.push_back(std::move(symbol));
    } else if (symbol == phones.back()) {
      continue;
    } else if (vowel && after_vowel && IsPhone(phones.back() + symbol)) {
      phones.back() += symbol;
    } else if (IsAffricate(phones.back() + symbol)) {
      phones.back() += symbol;
    } else if (symbol == "h" && BeginsWithClosure(phones.back())) {
      continue;  // aspiration
    } else if (phones.back() == "ʔ") {
      phones.back() = std::move(symbol);  // an onset or a creak, no segment
    } else {
      phones.push_back(std::move(symbol));
    }
    after_vowel = vowel;
  }
  return phones;
}

}  // namespace longtake::speech_data
