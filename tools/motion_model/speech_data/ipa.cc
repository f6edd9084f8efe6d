#include "tools/motion_model/speech_data/ipa.h"

#include <algorithm>
#include <iterator>

namespace longtake::speech_data {
namespace {

constexpr std::string_view kVowels = "aɑæʌɐeɛɜiɪoɔɒuʊʉɯəɨɘɤɚɝyʏøœɵ";
constexpr std::string_view kConsonants =
    "pbmɓɸβfvʋɱθðtdnlɾrɽɖʈɳɭɫɬɗɲɟcʎkɡŋxɣqχhħʕɦɴçʁʔʃʒɕʑʂʐszɹɻwʍɥjʝ";
constexpr std::string_view kStops = "pbɓtdɗʈɖcɟkɡq";
constexpr std::string_view kAffricates[] = {"ts", "dz", "tʃ", "dʒ",
                                            "tɕ", "dʑ", "tʂ", "dʐ"};
constexpr size_t kLongestDiphthong = 3;

}  // namespace

std::vector<std::string_view> Characters(std::string_view text) {
  std::vector<std::string_view> characters;
  for (size_t begin = 0; begin < text.size();) {
    size_t end = begin + 1;
    while (end < text.size() && (text[end] & 0xc0) == 0x80) ++end;
    characters.push_back(text.substr(begin, end - begin));
    begin = end;
  }
  return characters;
}

bool IsOneOf(std::string_view character, std::string_view characters) {
  const size_t at =
      character.empty() ? characters.npos : characters.find(character);
  return at != characters.npos && Characters(character).size() == 1;
}

std::vector<std::string_view> Symbols() {
  std::vector<std::string_view> symbols = Characters(kVowels);
  for (const std::string_view c : Characters(kConsonants)) symbols.push_back(c);
  return symbols;
}

bool IsVowelSymbol(std::string_view symbol) { return IsOneOf(symbol, kVowels); }

bool IsSymbol(std::string_view symbol) {
  return IsVowelSymbol(symbol) || IsOneOf(symbol, kConsonants);
}

bool IsAffricate(std::string_view text) {
  return std::find(std::begin(kAffricates), std::end(kAffricates), text) !=
         std::end(kAffricates);
}

bool BeginsWithClosure(std::string_view phone) {
  return !phone.empty() && IsOneOf(Characters(phone).front(), kStops);
}

bool IsPhone(std::string_view phone) {
  if (phone == kSilence || IsSymbol(phone) || IsAffricate(phone)) return true;
  const std::vector<std::string_view> characters = Characters(phone);
  return characters.size() > 1 && characters.size() <= kLongestDiphthong &&
         std::all_of(characters.begin(), characters.end(), IsVowelSymbol);
}

}  // namespace longtake::speech_data
