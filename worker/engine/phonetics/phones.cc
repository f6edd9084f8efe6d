#include "worker/engine/phonetics/phones.h"

#include <array>
#include <cstdint>
#include <string>

namespace longtake::worker {
namespace {

struct PhoneEntry {
  std::string_view name;
  Viseme viseme;
  std::u32string_view members;  // single IPA letters
};

constexpr std::array<PhoneEntry, kPhoneClasses> kPhones = {{
    {"_", kVisemeSil, U"_"},      {"p", kVisemePP, U"pɸ"},
    {"b", kVisemePP, U"bβɓʙ"},    {"m", kVisemePP, U"m"},
    {"f", kVisemeFF, U"f"},       {"v", kVisemeFF, U"vʋɱ"},
    {"θ", kVisemeTH, U"θ"},       {"ð", kVisemeTH, U"ð"},
    {"t", kVisemeDD, U"tʈc"},     {"d", kVisemeDD, U"dɖɟɗ"},
    {"n", kVisemeDD, U"nɳɲ"},     {"l", kVisemeDD, U"lɭɫɬʎɮ"},
    {"r", kVisemeDD, U"rɾɽ"},     {"k", kVisemeKK, U"kq"},
    {"ɡ", kVisemeKK, U"ɡgɣɢʛɠɰ"}, {"ŋ", kVisemeKK, U"ŋɴ"},
    {"x", kVisemeKK, U"xχçʁʀ"},   {"h", kVisemeKK, U"hɦħʕ"},
    {"ʃ", kVisemeCH, U"ʃɕʂ"},     {"ʒ", kVisemeCH, U"ʒʑʐ"},
    {"s", kVisemeSS, U"s"},       {"z", kVisemeSS, U"z"},
    {"ɹ", kVisemeRR, U"ɹɻ"},      {"w", kVisemeW, U"wʍ"},
    {"ɥ", kVisemeW, U"ɥ"},        {"a", kVisemeAA, U"aɐ"},
    {"ɑ", kVisemeAA, U"ɑ"},       {"æ", kVisemeAA, U"æ"},
    {"ʌ", kVisemeAA, U"ʌ"},       {"e", kVisemeEE, U"e"},
    {"ɛ", kVisemeEE, U"ɛεɜ"},     {"i", kVisemeII, U"i"},
    {"ɪ", kVisemeII, U"ɪᵻ"},      {"j", kVisemeII, U"jʝ"},
    {"o", kVisemeOO, U"o"},       {"ɔ", kVisemeOO, U"ɔɒ"},
    {"u", kVisemeUU, U"uɯʉ"},     {"ʊ", kVisemeUU, U"ʊ"},
    {"ə", kVisemeAX, U"əɚɨɘɤɝ"},  {"y", kVisemeYY, U"yʏ"},
    {"ø", kVisemeYY, U"øœɵɶ"},
}};

// Letters that carry a mark of their own in one code point.
struct Composed {
  char32_t letter;
  char32_t base;
};
constexpr std::array<Composed, 13> kComposed = {{{U'ã', U'a'},
                                                 {U'á', U'a'},
                                                 {U'à', U'a'},
                                                 {U'ä', U'a'},
                                                 {U'ẽ', U'e'},
                                                 {U'é', U'e'},
                                                 {U'è', U'e'},
                                                 {U'ĩ', U'i'},
                                                 {U'í', U'i'},
                                                 {U'õ', U'o'},
                                                 {U'ó', U'o'},
                                                 {U'ũ', U'u'},
                                                 {U'ú', U'u'}}};

constexpr std::array<std::string_view, kVisemes> kVisemeNames = {
    "sil", "PP", "FF", "TH", "DD", "KK", "CH", "SS", "RR",
    "W",   "AA", "EE", "II", "OO", "UU", "AX", "YY"};

bool IsContinuation(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0) == 0x80;
}

// Code points of UTF-8; what is malformed is left out.
std::u32string Decode(std::string_view text) {
  std::u32string out;
  for (size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const size_t length = lead < 0x80   ? 1
                          : lead < 0xE0 ? 2
                          : lead < 0xF0 ? 3
                                        : 4;
    uint32_t point = length == 1 ? lead : lead & (0xFFu >> (length + 1));
    size_t taken = 1;
    while (taken < length && i + taken < text.size() &&
           IsContinuation(text[i + taken])) {
      point =
          point << 6 | (static_cast<unsigned char>(text[i + taken]) & 0x3Fu);
      ++taken;
    }
    if (taken == length && !IsContinuation(text[i])) {
      out.push_back(static_cast<char32_t>(point));
    }
    i += taken;
  }
  return out;
}

// -1: no sound of its own.
PhoneClass ClassOf(char32_t letter) {
  for (const Composed& c : kComposed) {
    if (c.letter == letter) letter = c.base;
  }
  for (size_t i = 0; i < kPhones.size(); ++i) {
    if (kPhones[i].members.find(letter) != std::u32string_view::npos) {
      return static_cast<PhoneClass>(i);
    }
  }
  return -1;
}

bool IsStop(PhoneClass phone) {
  return kPhones[phone].name == "t" || kPhones[phone].name == "d";
}

// The tongue's sibilants, whose stop a t or d before them is.
bool IsSibilant(PhoneClass phone) {
  return VisemeOf(phone) == kVisemeCH || VisemeOf(phone) == kVisemeSS;
}

}  // namespace

std::string_view PhoneName(PhoneClass phone) { return kPhones[phone].name; }

Viseme VisemeOf(PhoneClass phone) { return kPhones[phone].viseme; }

std::string_view VisemeName(Viseme viseme) { return kVisemeNames[viseme]; }

bool ClosesLips(PhoneClass phone) { return VisemeOf(phone) == kVisemePP; }

std::vector<PhoneClass> PhonesOfIpa(std::string_view token) {
  if (token == "sil") return {kSilence};
  std::vector<PhoneClass> phones;
  for (const char32_t letter : Decode(token)) {
    const PhoneClass phone = ClassOf(letter);
    if (phone < 0 || (!phones.empty() && phones.back() == phone)) continue;
    // An affricate is seen as its fricative.
    if (!phones.empty() && IsStop(phones.back()) && IsSibilant(phone)) {
      phones.back() = phone;
      continue;
    }
    phones.push_back(phone);
  }
  return phones;
}

}  // namespace longtake::worker
