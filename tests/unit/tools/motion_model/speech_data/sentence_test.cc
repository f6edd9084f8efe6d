#include "tools/motion_model/speech_data/sentence.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "tools/motion_model/speech_data/ipa.h"
#include "tools/motion_model/speech_data/made_up_words.h"

namespace longtake::speech_data {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr int kTexts = 2000;

Vocabulary SmallVocabulary() {
  return {{"bump", "tea", "key", "sea", "law", "ring", "ease", "night"},
          {"the", "of", "and"},
          {"press {n}", "stop"}};
}

size_t WordCount(const std::string& text) {
  std::istringstream words(text);
  std::string word;
  size_t count = 0;
  while (words >> word) ++count;
  return count;
}

std::vector<std::string> Texts(const Vocabulary& vocabulary,
                               const SentenceStyle& style) {
  std::vector<std::string> texts;
  for (int i = 0; i < kTexts; ++i) {
    Random random(fmt::format("test/{}", i));
    texts.push_back(MakeSentence(vocabulary, "en", style, random));
  }
  return texts;
}

TEST(SentenceTest, TheSameKeyMakesTheSameText) {
  const Vocabulary vocabulary = SmallVocabulary();
  EXPECT_EQ(Texts(vocabulary, {}), Texts(vocabulary, {}));
  Random one("1/espeak/en/0");
  Random other("1/espeak/en/1");
  EXPECT_NE(MakeSentence(vocabulary, "en", {}, one),
            MakeSentence(vocabulary, "en", {}, other));
}

TEST(SentenceTest, LengthsPausesAndPromptsAreAsPromised) {
  int brief = 0;
  int prompts = 0;
  int pauses = 0;
  for (const std::string& text : Texts(SmallVocabulary(), {})) {
    const size_t words = WordCount(text);
    EXPECT_GE(words, 1u);
    EXPECT_LE(words, 20u) << text;
    brief += words <= 3;
    prompts += text.starts_with("press") || text.starts_with("stop");
    pauses += text.find(',') != std::string::npos;
    EXPECT_THAT(text, Not(HasSubstr("{n}")));
    EXPECT_EQ(text.find_first_of("\"\\\n"), std::string::npos) << text;
  }
  EXPECT_GE(brief, kTexts * 8 / 100);
  EXPECT_GE(prompts, kTexts * 6 / 100);
  EXPECT_GE(pauses, kTexts * 20 / 100);
}

TEST(SentenceTest, AVoiceThatReadsNoNumbersGetsNone) {
  for (const std::string& text : Texts(SmallVocabulary(), {.digits = false})) {
    EXPECT_EQ(text.find_first_of("0123456789"), std::string::npos) << text;
  }
}

TEST(SentenceTest, OneSentenceHasOnlyOneFullStop) {
  for (const std::string& text :
       Texts(SmallVocabulary(), {.full_stops = false})) {
    const size_t stop = text.find('.');
    EXPECT_TRUE(stop == std::string::npos || stop + 1 == text.size()) << text;
  }
}

TEST(VocabularyTest, WordsOfTheLipsAreFavoured) {
  const Vocabulary vocabulary = {
      {"bump", "tea", "key", "sea", "law", "ring", "ease", "night"}, {}, {}};
  Random random("lips");
  int lips = 0;
  for (int i = 0; i < kTexts; ++i) {
    lips += LipLetters(vocabulary.Word("en", random)) > 0;
  }
  // Two of eight words have them: a quarter without favour.
  EXPECT_GT(lips, kTexts * 30 / 100);
}

TEST(VocabularyTest, LipLettersOfEveryScriptCount) {
  EXPECT_EQ(LipLetters("bump"), 3);
  EXPECT_EQ(LipLetters("tea"), 0);
  EXPECT_EQ(LipLetters("мама"), 2);
  EXPECT_EQ(LipLetters("φόβος"), 2);
  EXPECT_EQ(LipLetters("भारत"), 1);
}

TEST(VocabularyTest, MadeUpWordsAreOfTheirScript) {
  Random random("made up");
  for (int i = 0; i < 200; ++i) {
    const std::string pinyin = MadeUpWord("cmn", random);
    EXPECT_NE(pinyin.find_first_of("1234"), std::string::npos) << pinyin;
    EXPECT_GE(MadeUpWord("fi", random).size(), 2u);
    for (const std::string_view c : Characters(MadeUpWord("ko", random))) {
      EXPECT_TRUE(c >= "가" && c <= "힣") << c;
    }
    for (const std::string_view c : Characters(MadeUpWord("ja", random))) {
      EXPECT_TRUE(c >= "あ" && c <= "ん") << c;
    }
  }
}

TEST(VocabularyTest, FinnishWordsKeepVowelHarmony) {
  Random random("harmony");
  for (int i = 0; i < 500; ++i) {
    const std::string word = MadeUpWord("fi", random);
    const bool back = word.find_first_of("aou") != std::string::npos;
    const bool front = word.find("ä") != std::string::npos ||
                       word.find("ö") != std::string::npos ||
                       word.find('y') != std::string::npos;
    EXPECT_FALSE(back && front) << word;
  }
}

TEST(VocabularyTest, AnUnknownLanguageIsRefused) {
  EXPECT_EQ(ReadVocabulary("tlh").status().code(),
            StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace longtake::speech_data
