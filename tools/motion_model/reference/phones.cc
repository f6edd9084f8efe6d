#include "tools/motion_model/reference/phones.h"

#include <algorithm>

namespace longtake::reference {
namespace {

constexpr std::string_view kTilde = "\u0303";
constexpr std::string_view kQualityMarks = "ʲ ʰ ʷ ˤ ˠ ː ˑ ᵝ";
constexpr std::string_view kGlides = "w j ɥ ʍ";
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

}  // namespace

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

std::vector<worker::Viseme> Visemes(std::string_view ipa) {
  std::vector<worker::Viseme> visemes;
  for (const worker::PhoneClass phone : worker::PhonesOfIpa(ipa)) {
    const worker::Viseme viseme = worker::VisemeOf(phone);
    if (visemes.empty() || visemes.back() != viseme) visemes.push_back(viseme);
  }
  return visemes;
}

bool IsVoicelessStop(std::string_view ipa) {
  const auto characters = Characters(ipa);
  return !characters.empty() && IsIn(characters[0], "p t k c q ʈ");
}

bool BeginsWithClosure(std::string_view ipa) {
  const auto characters = Characters(ipa);
  return IsVoicelessStop(ipa) ||
         (!characters.empty() && IsIn(characters[0], "b d ɡ g ɖ ɟ ɢ"));
}

bool IsGlide(std::string_view ipa) {
  const std::string base = BasePhone(ipa);
  return !base.empty() && IsIn(base, kGlides);
}

bool IsVowel(std::string_view ipa) {
  const std::vector<worker::Viseme> visemes = Visemes(ipa);
  return !visemes.empty() && visemes.front() >= worker::kVisemeAA &&
         !IsIn(Characters(ipa).front(), kGlides);
}

}  // namespace longtake::reference
