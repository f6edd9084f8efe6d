#pragma once
// The sounds that the motion of a mouth tells apart: 41 phone classes, finer
// than what can be seen, and the 17 visemes that they fall into. Every IPA
// symbol of espeak-ng's languages maps to them.

#include <string_view>
#include <vector>

namespace longtake::worker {

// What a mouth shows. The order is part of the weights' format.
enum Viseme : int {
  kVisemeSil,
  kVisemePP,  // p b m
  kVisemeFF,  // f v
  kVisemeTH,  // θ ð
  kVisemeDD,  // t d n l r
  kVisemeKK,  // k g ŋ x h
  kVisemeCH,  // ʃ ʒ tʃ dʒ
  kVisemeSS,  // s z
  kVisemeRR,  // ɹ
  kVisemeW,   // w ɥ
  kVisemeAA,
  kVisemeEE,
  kVisemeII,
  kVisemeOO,
  kVisemeUU,
  kVisemeAX,
  kVisemeYY,
};
inline constexpr int kVisemes = kVisemeYY + 1;

// Index into the phone classes; 0 is silence. The order is part of the weights'
// format.
using PhoneClass = int;
inline constexpr PhoneClass kSilence = 0;
inline constexpr int kPhoneClasses = 41;

// The class's IPA symbol; "_" for silence.
std::string_view PhoneName(PhoneClass phone);
Viseme VisemeOf(PhoneClass phone);
std::string_view VisemeName(Viseme viseme);  // "PP"
// p, b, m: the lips meet.
bool ClosesLips(PhoneClass phone);

// Classes of one IPA token in UTF-8 ("tʃ", "aɪ", "ɔ̃ː"): one for most, two for
// diphthongs. Stress, length, tone and diacritics are passed over; "_" and
// "sil" are silence. Empty: nothing in it is known (a glottal stop too: it has
// no shape of its own).
std::vector<PhoneClass> PhonesOfIpa(std::string_view token);

}  // namespace longtake::worker
