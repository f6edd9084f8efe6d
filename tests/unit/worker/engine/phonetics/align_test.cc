#include "worker/engine/phonetics/align.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>

namespace longtake::worker {
namespace {

using ::testing::ElementsAre;

PhoneClass Phone(std::string_view token) { return PhonesOfIpa(token)[0]; }

SpokenWord Word(std::initializer_list<const char*> tokens) {
  SpokenWord word;
  for (const char* token : tokens) word.phones.push_back(Phone(token));
  return word;
}

// Log likelihoods of a listener who hears each letter of `heard` for one step:
// sure of it, but not quite.
std::vector<float> Hear(const std::string& heard, double sureness = 0.8) {
  std::vector<float> rows;
  const double rest = (1 - sureness) / (kPhoneClasses - 1);
  for (char letter : heard) {
    const PhoneClass phone = Phone(std::string(1, letter));
    for (PhoneClass p = 0; p < kPhoneClasses; ++p) {
      rows.push_back(
          static_cast<float>(std::log(p == phone ? sureness : rest)));
    }
  }
  return rows;
}

TEST(AlignTest, FindsEveryPhoneAndThePausesBetween) {
  const std::vector<SpokenWord> words = {Word({"m", "a"}), Word({"t", "u"})};
  const auto aligned = AlignWords(Hear("___mmaaa__ttuuu_"), words);
  ASSERT_EQ(aligned.size(), 2u);
  EXPECT_TRUE(aligned[0].found);
  EXPECT_THAT(aligned[0].starts, ElementsAre(3, 5));
  EXPECT_EQ(aligned[0].end, 8);
  EXPECT_THAT(aligned[1].starts, ElementsAre(10, 12));
  EXPECT_EQ(aligned[1].end, 15);
  EXPECT_NEAR(aligned[0].fit, 0, 1e-6);
}

TEST(AlignTest, APauseIsNotObligatory) {
  const std::vector<SpokenWord> words = {Word({"m", "a"}), Word({"t", "u"})};
  const auto aligned = AlignWords(Hear("mmaattuu"), words);
  EXPECT_THAT(aligned[1].starts, ElementsAre(4, 6));
}

TEST(AlignTest, WordsThatAreNotSpokenArePassedOver) {
  const std::vector<SpokenWord> words = {
      Word({"m", "a"}), Word({"k", "i", "s", "o", "f", "e"}), Word({"t", "u"})};
  const auto aligned = AlignWords(Hear("mmmaaa__tttuuu"), words);
  EXPECT_TRUE(aligned[0].found);
  EXPECT_FALSE(aligned[1].found);
  EXPECT_THAT(aligned[2].starts, ElementsAre(8, 11));
}

TEST(AlignTest, SpeechThatIsNotInTheTextIsPassedOver) {
  const std::vector<SpokenWord> words = {Word({"m", "a"}), Word({"t", "u"})};
  const auto aligned =
      AlignWords(Hear("mmmaaa_kkiissoollee_kkiissoollee_tttuuu"), words);
  EXPECT_THAT(aligned[0].starts, ElementsAre(0, 3));
  EXPECT_LE(aligned[0].end, 7);
  EXPECT_THAT(aligned[1].starts, ElementsAre(33, 36));
}

TEST(AlignTest, AWrongTextFitsBadly) {
  const std::vector<SpokenWord> words = {Word({"m", "a"}), Word({"f", "i"})};
  const auto aligned = AlignWords(Hear("mmmaaa_tttuuu"), words, {},
                                  {.skip_word = 1000, .filler_step = 1000});
  EXPECT_GT(aligned[0].fit, -0.1);
  EXPECT_LT(aligned[1].fit, -2);
}

TEST(AlignTest, TimesHoldWordsInTheirPlace) {
  const std::vector<SpokenWord> words = {Word({"m", "a"})};
  const auto free = AlignWords(Hear("mmaa____mmaa"), words);
  EXPECT_TRUE(free[0].found);
  const std::vector<StepRange> late = {{6, 12}};
  EXPECT_THAT(AlignWords(Hear("mmaa____mmaa"), words, late)[0].starts,
              ElementsAre(8, 10));
  const std::vector<StepRange> early = {{0, 5}};
  EXPECT_THAT(AlignWords(Hear("mmaa____mmaa"), words, early)[0].starts,
              ElementsAre(0, 2));
}

TEST(AlignTest, LongSpeechIsAlignedToItsEnd) {
  // Longer than what the search keeps unsettled.
  std::string heard;
  std::vector<SpokenWord> words;
  for (int i = 0; i < 600; ++i) {
    heard += i % 3 == 0 ? "mmaa_" : i % 3 == 1 ? "ttuu" : "kkiiss";
    words.push_back(i % 3 == 0   ? Word({"m", "a"})
                    : i % 3 == 1 ? Word({"t", "u"})
                                 : Word({"k", "i", "s"}));
  }
  const auto aligned = AlignWords(Hear(heard), words);
  int64_t at = 0;
  for (int i = 0; i < 600; ++i) {
    ASSERT_TRUE(aligned[i].found) << i;
    ASSERT_EQ(aligned[i].begin, at) << i;
    at += i % 3 == 0 ? 5 : i % 3 == 1 ? 4 : 6;
  }
}

TEST(AlignTest, NothingToAlignIsNoError) {
  EXPECT_TRUE(AlignWords({}, {}).empty());
  EXPECT_TRUE(AlignWords(Hear("___"), {}).empty());
  const std::vector<SpokenWord> words = {Word({"m", "a"})};
  EXPECT_FALSE(AlignWords({}, words)[0].found);
  EXPECT_FALSE(AlignWords(Hear("_"), words)[0].found);
}

}  // namespace
}  // namespace longtake::worker
