#include "tools/motion_model/speech_data/espeak_phones.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "tools/motion_model/speech_data/ipa.h"

namespace longtake::speech_data {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

TEST(EspeakPhonesTest, MarksAreDropped) {
  EXPECT_THAT(EspeakPhones("ɑː", "en-us"), ElementsAre("ɑ"));
  EXPECT_THAT(EspeakPhones("tʲ", "ru"), ElementsAre("t"));
  EXPECT_THAT(EspeakPhones("ɔ̃", "fr"), ElementsAre("ɔ"));
  EXPECT_THAT(EspeakPhones("ẽ", "hi"), ElementsAre("e"));
  EXPECT_THAT(EspeakPhones("kʰ", "hi"), ElementsAre("k"));
  EXPECT_THAT(EspeakPhones("n#", "is"), ElementsAre("n"));
  EXPECT_THAT(EspeakPhones("ss", "it"), ElementsAre("s"));
}

TEST(EspeakPhonesTest, SeveralSoundsOfOneEventAreSeparate) {
  EXPECT_THAT(EspeakPhones("ɑːɹ", "en-us"), ElementsAre("ɑ", "ɹ"));
  EXPECT_THAT(EspeakPhones("əl", "en"), ElementsAre("ə", "l"));
  EXPECT_THAT(EspeakPhones("pf", "de"), ElementsAre("p", "f"));
  EXPECT_THAT(EspeakPhones("ja", "uk"), ElementsAre("j", "a"));
  EXPECT_THAT(EspeakPhones("onɡ", "cmn-latn-pinyin"), ElementsAre("o", "ŋ"));
}

TEST(EspeakPhonesTest, AffricatesAndDiphthongsAreOnePhone) {
  EXPECT_THAT(EspeakPhones("tʃʲ", "ru"), ElementsAre("tʃ"));
  EXPECT_THAT(EspeakPhones("t͡s", "lv"), ElementsAre("ts"));
  EXPECT_THAT(EspeakPhones("ts.h", "cmn-latn-pinyin"), ElementsAre("tʂ"));
  EXPECT_THAT(EspeakPhones("tɕh", "cmn-latn-pinyin"), ElementsAre("tɕ"));
  EXPECT_THAT(EspeakPhones("aʊː", "is"), ElementsAre("aʊ"));
  EXPECT_THAT(EspeakPhones("uai", "cmn-latn-pinyin"), ElementsAre("uai"));
  EXPECT_THAT(EspeakPhones("ɐ̃ʊ̃", "pt"), ElementsAre("ɐʊ"));
}

TEST(EspeakPhonesTest, AspirationIsNoSoundOfItsOwn) {
  EXPECT_THAT(EspeakPhones("ph", "ko"), ElementsAre("p"));
  EXPECT_THAT(EspeakPhones("h", "ko"), ElementsAre("h"));
}

TEST(EspeakPhonesTest, TheLetterYDependsOnTheLanguage) {
  EXPECT_THAT(EspeakPhones("y", "fr-be"), ElementsAre("y"));
  EXPECT_THAT(EspeakPhones("y", "ru"), ElementsAre("ɨ"));
  EXPECT_THAT(EspeakPhones("y", "vi-vn-x-south"), ElementsAre("ɯ"));
  EXPECT_THAT(EspeakPhones("y", "pt-br"), ElementsAre("ɪ"));
  EXPECT_THAT(EspeakPhones("y", "pt"), ElementsAre("y"));
}

TEST(EspeakPhonesTest, EventsWithoutASoundAreNone) {
  for (const char* name : {"(en)", "ʲ", "ː", "", "??"}) {
    EXPECT_THAT(EspeakPhones(name, "de"), IsEmpty()) << name;
  }
}

// Every spelling that espeak-ng 1.51 was seen to write in 40 languages.
TEST(EspeakPhonesTest, EverySpellingSeenIsReadAsPhones) {
  std::istringstream names(
      "əʊ ɔː ɜː iə ɐ aɪə ʊə eə æ ɚ ᵻ ɾ ɔːɹ oːɹ aɪɚ ɪɹ ʊɹ ɛɹ ɑə ɔə aa t̪ ʉː ʌʉ "
      "a:: "
      "ʍ əɹ əɪ ɛə æʊ ei ʌʊ ʁ ɛ̃ œ ø β ɣ x ʎ ɲ ʝ eʊ ɪ ʊ ɔ ç øː ɔø ɨ õ ɵ ɛɪ œy yʊ "
      "ʂ sx ɕ øy ʔʌ ʔe ε ɐ̯ ?ɑ ʋ ʔœ ɔ̃ tɕ dʑ ʑ ɭ ɫ c r̝̊ r̩ ɟ u\" ɪ^ ʈ ɖ r. bʰ ɟʰ "
      "ʰχ "
      "ea ɔa iɪ dʒʲ ʊ ɯ tʲ l̩ː iɛ yə əː uə e- əɪ kh ʐ cr u- aːɪ aːʊ ə- ɔ- ʔ ʕ ħ "
      "q "
      "χ s̪ dˤ a. i. u. tʃʰ ɕ s^ t^ æː æi yi uo ie ai m̩ z- ee s̻ s̺ ts̻ oɪ r# oʊː "
      "ɪː tl# ŋ# ð m̩ ɣ t- q- p- ɑu iɑ ts. o- iou s. χ uei i̪ yæ ər yu");
  std::string name;
  while (names >> name) {
    const std::vector<std::string> phones = EspeakPhones(name, "xx");
    EXPECT_THAT(phones, Not(IsEmpty())) << name;
    for (const std::string& phone : phones) {
      EXPECT_TRUE(IsPhone(phone)) << name << " is '" << phone << "'";
    }
  }
}

}  // namespace
}  // namespace longtake::speech_data
