#include "tools/motion_model/speech_data/made_up_words.h"

#include <iterator>

#include "tools/motion_model/speech_data/ipa.h"

namespace longtake::speech_data {
namespace {

std::string Utf8(uint32_t code) {  // of the three-byte range
  return {static_cast<char>(0xe0 | code >> 12),
          static_cast<char>(0x80 | (code >> 6 & 0x3f)),
          static_cast<char>(0x80 | (code & 0x3f))};
}

std::string PickCharacter(std::string_view characters, Random& random) {
  return std::string(random.Pick(Characters(characters)));
}

template <size_t n>
std::string_view PickOf(const std::string_view (&items)[n], Random& random) {
  return items[random.Below(n)];
}

std::string Hangul(Random& random) {
  constexpr uint32_t kFirst = 0xac00;
  constexpr uint32_t kVowels = 21;
  constexpr uint32_t kFinals = 28;
  // No final, or one of ㄱ ㄴ ㄹ ㅁ ㅂ ㅇ.
  static constexpr uint32_t kFinal[] = {0, 0, 0, 0, 1, 4, 8, 16, 17, 21};
  const auto initial = static_cast<uint32_t>(random.Below(19));
  const auto vowel = static_cast<uint32_t>(random.Below(kVowels));
  return Utf8(kFirst + (initial * kVowels + vowel) * kFinals +
              kFinal[random.Below(std::size(kFinal))]);
}

std::string Pinyin(Random& random) {
  static constexpr std::string_view kInitials[] = {
      "b",  "p",  "m", "f", "d", "t", "n", "l", "g", "k", "h", "zh",
      "ch", "sh", "r", "z", "c", "s", "j", "q", "x", "y", "w"};
  static constexpr std::string_view kPalatal[] = {
      "i",   "ia", "ian", "iang", "iao", "ie", "in",
      "ing", "iu", "u",   "uan",  "ue",  "un"};
  static constexpr std::string_view kAfterBpm[] = {
      "a", "ai",  "an",  "ang", "ei",  "en", "eng",
      "i", "ian", "iao", "in",  "ing", "o",  "u"};
  static constexpr std::string_view kAfterFw[] = {"a",  "an",  "ang", "ei",
                                                  "en", "eng", "o",   "u"};
  static constexpr std::string_view kAfterY[] = {"a", "an",  "ang", "ao",  "e",
                                                 "i", "in",  "ing", "ong", "ou",
                                                 "u", "uan", "ue",  "un"};
  static constexpr std::string_view kRounded[] = {"u",  "uo", "uan",
                                                  "ui", "un", "ong"};
  static constexpr std::string_view kOpen[] = {"a", "ai", "ao",  "an", "ang",
                                               "e", "en", "eng", "ou"};
  const std::string_view initial = PickOf(kInitials, random);
  std::string syllable(initial);
  if (initial == "j" || initial == "q" || initial == "x") {
    syllable += PickOf(kPalatal, random);
  } else if (initial == "b" || initial == "p" || initial == "m") {
    syllable += PickOf(kAfterBpm, random);
  } else if (initial == "f" || initial == "w") {
    syllable += PickOf(kAfterFw, random);
  } else if (initial == "y") {
    syllable += PickOf(kAfterY, random);
  } else {
    syllable +=
        random.Chance(0.35) ? PickOf(kRounded, random) : PickOf(kOpen, random);
  }
  return syllable + std::to_string(random.Between(1, 4));
}

std::string Finnish(Random& random) {
  static constexpr std::string_view kBackLong[] = {"aa", "uu", "oo", "ii", "ee",
                                                   "ai", "ei", "au", "ou", "uo",
                                                   "oi", "ui", "ie"};
  static constexpr std::string_view kFrontLong[] = {
      "ää", "yy", "öö", "ii", "ee", "äi", "ei", "äy", "öy", "yö", "öi", "ie"};
  // Front or back vowels, as vowel harmony wants it.
  const bool front = random.Chance(0.35);
  std::string word;
  const int syllables = random.Between(1, 4);
  for (int i = 0; i < syllables; ++i) {
    word += PickCharacter("ptkslmnrvhjdpmvptksn", random);
    if (random.Chance(0.3)) {
      word += front ? PickOf(kFrontLong, random) : PickOf(kBackLong, random);
    } else {
      word += PickCharacter(front ? "äöyie" : "aouie", random);
    }
    if (random.Chance(0.35)) word += PickCharacter("nslkrt", random);
  }
  return word;
}

std::string Syllables(int least, int most, std::string (*syllable)(Random&),
                      Random& random) {
  std::string word;
  const int count = random.Between(least, most);
  for (int i = 0; i < count; ++i) word += syllable(random);
  return word;
}

std::string Kana(Random& random) {
  return PickCharacter(
      "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもや"
      "ゆよらりるれろわんがぎぐげござじずぜぞだでどばびぶべぼぱぴぷぺぽまみむめ"
      "も"
      "ばびぶべぼわ",
      random);
}

}  // namespace

std::string MadeUpWord(std::string_view language, Random& random) {
  if (language == "fi") return Finnish(random);
  if (language == "cmn") return Syllables(1, 3, Pinyin, random);
  if (language == "ko") return Syllables(1, 4, Hangul, random);
  return Syllables(2, 5, Kana, random);
}

}  // namespace longtake::speech_data
