#include "tools/motion_model/reference/phones.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

namespace longtake::reference {
namespace {

constexpr std::array<std::string_view, 17> kVisemeNames = {
    "_", "PP", "FF", "TH", "DD", "KK", "CH", "SS", "RR",
    "W", "AA", "EE", "II", "OO", "UU", "AX", "YY"};

// Letters separated by spaces.
constexpr std::array<std::pair<Viseme, std::string_view>, 16> kLetters = {{
    {Viseme::kPP, "p b m ɓ ɸ β ʙ"},
    {Viseme::kFF, "f v ʋ ɱ"},
    {Viseme::kTH, "θ ð"},
    {Viseme::kDD, "t d n l ɾ r ɽ ɖ ʈ ɳ ɭ ɫ ɬ ɗ ɲ ɟ c ʎ"},
    {Viseme::kKK, "k ɡ g ŋ x ɣ q χ h ħ ʕ ɦ ɴ ç ʁ ʀ ɢ"},
    {Viseme::kCH, "ʃ ʒ ɕ ʑ ʂ ʐ"},
    {Viseme::kSS, "s z"},
    {Viseme::kRR, "ɹ ɻ"},
    {Viseme::kW, "w ʍ ɥ"},
    {Viseme::kAA, "a ɑ æ ʌ ä ɐ"},
    {Viseme::kEE, "e ɛ ε ɜ"},
    {Viseme::kII, "i ɪ j ʝ ᵻ"},
    {Viseme::kOO, "o ɔ ɒ"},
    {Viseme::kUU, "u ʊ ɯ ʉ"},
    {Viseme::kAX, "ə ɚ ɨ ɘ ɤ ɝ"},
    {Viseme::kYY, "y ø œ ɵ ɶ ʏ"},
}};

constexpr std::string_view kTilde = "\u0303";
constexpr std::string_view kQualityMarks = "ʲ ʰ ʷ ˤ ˠ ː ˑ ᵝ";
constexpr std::string_view kDropped = "ˈ ˌ - . ? ʔ : ; ' \" ^ & ! | ` ~ *";

// Splits UTF-8 into characters; a cut-off last character is dropped.
std::vector<std::string_view> Characters(std::string_view text) {
  std::vector<std::string_view> out;
  for (size_t at = 0; at < text.size();) {
    const auto lead = static_cast<unsigned char>(text[at]);
    const size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (at + size > text.size()) break;
    out.push_back(text.substr(at, size));
    at += size;
  }
  return out;
}

bool IsIn(std::string_view character, std::string_view spaced_list) {
  for (size_t at = spaced_list.find(character); at != std::string_view::npos;
       at = spaced_list.find(character, at + 1)) {
    const size_t end = at + character.size();
    if ((at == 0 || spaced_list[at - 1] == ' ') &&
        (end == spaced_list.size() || spaced_list[end] == ' ')) {
      return true;
    }
  }
  return false;
}

// U+0300 to U+036F.
bool IsCombining(std::string_view c) {
  return c.size() == 2 &&
         (c[0] == '\xCC' ||
          (c[0] == '\xCD' && static_cast<unsigned char>(c[1]) < 0xB0));
}

// kSil for letters that have no class.
Viseme LetterClass(std::string_view character) {
  for (const auto& [viseme, letters] : kLetters) {
    if (IsIn(character, letters)) return viseme;
  }
  return Viseme::kSil;
}

}  // namespace

std::string_view VisemeName(Viseme viseme) {
  return kVisemeNames[static_cast<size_t>(viseme)];
}

std::string CleanPhone(std::string_view espeak_name) {
  if (espeak_name.starts_with('(')) return "";
  std::string out;
  for (const std::string_view c : Characters(espeak_name)) {
    const bool digit_or_space =
        c.size() == 1 && (c[0] <= ' ' || (c[0] >= '0' && c[0] <= '9'));
    if (!digit_or_space && !IsIn(c, kDropped)) out += c;
  }
  return out;
}

bool IsMark(std::string_view ipa) {
  const auto characters = Characters(ipa);
  return !characters.empty() &&
         std::all_of(characters.begin(), characters.end(), [](auto c) {
           return IsIn(c, kQualityMarks) || IsCombining(c);
         });
}

std::string BasePhone(std::string_view ipa) {
  std::string out;
  for (const std::string_view c : Characters(ipa)) {
    if (c == kTilde || (!IsCombining(c) && !IsIn(c, kQualityMarks))) out += c;
  }
  return out;
}

std::vector<Viseme> Visemes(std::string_view ipa) {
  if (ipa == kSilence) return {Viseme::kSil};
  std::vector<Viseme> out;
  const std::string base = BasePhone(ipa);
  const auto characters = Characters(base);
  for (size_t i = 0; i < characters.size(); ++i) {
    const Viseme viseme = LetterClass(characters[i]);
    if (viseme == Viseme::kSil) continue;
    // The stop of an affricate has the shape of what it opens into.
    if (viseme == Viseme::kDD && i + 1 < characters.size()) {
      const Viseme next = LetterClass(characters[i + 1]);
      if (next == Viseme::kCH || next == Viseme::kSS) continue;
    }
    if (out.empty() || out.back() != viseme) out.push_back(viseme);
  }
  return out;
}

bool IsVoicelessStop(std::string_view ipa) {
  const auto characters = Characters(ipa);
  return !characters.empty() && IsIn(characters[0], "p t k c q ʈ");
}

bool BeginsWithClosure(std::string_view ipa) {
  const auto characters = Characters(ipa);
  return !characters.empty() &&
         IsIn(characters[0], "p t k c q ʈ b d ɡ g ɖ ɟ ɢ");
}

}  // namespace longtake::reference
