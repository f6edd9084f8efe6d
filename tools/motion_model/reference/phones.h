#pragma once
// What is known of phones by their IPA names, as espeak-ng spells them.

#include <string>
#include <string_view>
#include <vector>

namespace longtake::reference {

inline constexpr std::string_view kSilence = "_";

// How a mouth looks: phones of one class can't be told apart by eye. The
// classes of the motion model's teacher.
enum class Viseme {
  kSil,
  kPP,
  kFF,
  kTH,
  kDD,
  kKK,
  kCH,
  kSS,
  kRR,
  kW,
  kAA,
  kEE,
  kII,
  kOO,
  kUU,
  kAX,
  kYY,
};
std::string_view VisemeName(Viseme viseme);

// espeak-ng's name without stress, syllable marks and variant digits; empty if
// nothing is left that sounds (a glottal stop, a language switch "(en)").
// Length and quality marks stay: "ˈɔː" is "ɔː".
std::string CleanPhone(std::string_view espeak_name);

// True for a name that is only a quality mark ("ʲ"): it belongs to the phone
// before it.
bool IsMark(std::string_view ipa);

// Without length and other marks except nasality ("ɑ̃ː" is "ɑ̃", "tʲ" is "t").
std::string BasePhone(std::string_view ipa);

// The classes that a phone passes through in turn ("aɪ": AA, II; "tʃ": CH).
// Empty for a name without a known letter.
std::vector<Viseme> Visemes(std::string_view ipa);

// p t k and their kin: silent until they burst.
bool IsVoicelessStop(std::string_view ipa);
// The mouth or the tongue closes fully at its beginning: stops and affricates.
bool BeginsWithClosure(std::string_view ipa);

}  // namespace longtake::reference
