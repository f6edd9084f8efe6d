#pragma once
// espeak-ng's names of phones, and what the aligner must know of them.

#include <string>
#include <string_view>
#include <vector>

#include "worker/engine/phonetics/phones.h"

namespace longtake::reference {

inline constexpr std::string_view kPause = "_";

// espeak-ng's name without stress, syllable marks and variant digits; empty if
// nothing is left that sounds (a glottal stop, a language switch "(en)").
// Length and quality marks stay: "ˈɔː" is "ɔː".
std::string CleanPhone(std::string_view espeak_name);

// True for a name that is only quality marks ("ʲ"): it belongs to the phone
// before it.
bool IsMark(std::string_view ipa);

// Without length and other marks except nasality ("ɑ̃ː" is "ɑ̃", "tʲ" is "t").
std::string BasePhone(std::string_view ipa);

// What a mouth shows of a phone, one after the other ("aɪ": AA, II). Empty for
// a name without a known letter.
std::vector<worker::Viseme> Visemes(std::string_view ipa);

// p t k and their kin, affricates among them: silent until they burst.
bool IsVoicelessStop(std::string_view ipa);
// Stops and affricates, voiced or not.
bool BeginsWithClosure(std::string_view ipa);
bool IsGlide(std::string_view ipa);  // w j ɥ
// Begins with a vowel.
bool IsVowel(std::string_view ipa);

}  // namespace longtake::reference
