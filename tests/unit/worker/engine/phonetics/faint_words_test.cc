#include "worker/engine/phonetics/faint_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>

namespace longtake::worker {
namespace {

using ::testing::ElementsAre;

PhoneClass Phone(char letter) { return PhonesOfIpa(std::string(1, letter))[0]; }

SpokenWord Word(const std::string& letters) {
  SpokenWord word;
  for (char letter : letters) word.phones.push_back(Phone(letter));
  return word;
}

std::string Long(const std::string& letters, size_t steps) {
  std::string out;
  for (char letter : letters) out.append(steps, letter);
  return out;
}

// Log likelihoods of a listener who hears each letter of `heard` for one step.
std::vector<float> Hear(const std::string& heard) {
  constexpr double kSureness = 0.8;
  constexpr double kRest = (1 - kSureness) / (kPhoneClasses - 1);
  std::vector<float> rows;
  for (char letter : heard) {
    for (PhoneClass p = 0; p < kPhoneClasses; ++p) {
      rows.push_back(
          static_cast<float>(std::log(p == Phone(letter) ? kSureness : kRest)));
    }
  }
  return rows;
}

TEST(FaintWordsTest, AWordThatIsHeardAsAnotherFillsWhatItsNeighboursLeave) {
  const std::vector<SpokenWord> words = {Word("ma"), Word("ki"), Word("tu")};
  const auto heard = Hear(Long("ma", 12) + "nnnooo" + Long("tu", 12));
  std::vector<AlignedWord> aligned = AlignWords(heard, words);
  ASSERT_LT(aligned[1].end - aligned[1].begin, 6);  // the rest: passed over
  FindFaintWords(heard, words, 0, 3, &aligned);
  ASSERT_TRUE(aligned[1].found);
  EXPECT_EQ(aligned[0].end, aligned[1].begin);
  EXPECT_EQ(aligned[1].end, aligned[2].begin);
}

TEST(FaintWordsTest, AWordThatWasPassedOverIsFound) {
  const std::vector<SpokenWord> words = {Word("ma"), Word("kifelo"),
                                         Word("tu")};
  const auto heard = Hear(Long("ma", 20) + "nnssnnss" + Long("tu", 20));
  std::vector<AlignedWord> aligned = AlignWords(heard, words);
  ASSERT_FALSE(aligned[1].found);
  FindFaintWords(heard, words, 0, 3, &aligned);
  ASSERT_TRUE(aligned[1].found);
  EXPECT_EQ(aligned[0].end, aligned[1].begin);
  EXPECT_EQ(aligned[1].end, aligned[2].begin);
}

TEST(FaintWordsTest, WhatSomebodyElseSaysBetweenThemIsNotMadeTheirs) {
  const std::vector<SpokenWord> words = {Word("ma"), Word("tu")};
  const auto heard = Hear(Long("ma", 12) + Long("kisole", 5) + Long("tu", 12));
  std::vector<AlignedWord> aligned = AlignWords(heard, words);
  const int64_t end = aligned[0].end;
  ASSERT_LE(end, 26);
  FindFaintWords(heard, words, 0, 2, &aligned);
  EXPECT_EQ(aligned[0].end, end);
  EXPECT_THAT(aligned[1].starts, ElementsAre(54, 66));
}

// The text has a word twice that is said once: whichever of the two places the
// searches choose, no word lies over another.
TEST(FaintWordsTest, WordsNeverOverlap) {
  for (const char* twice : {"kisolefunami", "notukelisafo", "fisemokulat"}) {
    for (size_t steps : {2, 3, 4}) {
      const std::vector<SpokenWord> words = {Word("ma"), Word(twice),
                                             Word(twice), Word("tu")};
      const auto heard =
          Hear(Long("ma", 9) + Long(twice, steps) + Long("tu", 9));
      std::vector<AlignedWord> aligned = AlignWords(heard, words);
      FindFaintWords(heard, words, 0, words.size(), &aligned);
      int64_t end = 0;
      for (const AlignedWord& word : aligned) {
        if (!word.found) continue;
        EXPECT_GE(word.begin, end) << twice << " " << steps;
        end = word.end;
      }
    }
  }
}

TEST(FaintWordsTest, NeighboursKeepWhatIsTheirs) {
  // The clause is the middle word, of which the beginning is heard as "o".
  const std::vector<SpokenWord> words = {Word("so"), Word("otu"), Word("ma")};
  const auto heard = Hear(Long("so", 8) + Long("tu", 8) + Long("ma", 8));
  std::vector<AlignedWord> aligned(3);
  aligned[0] = {.found = true, .begin = 0, .end = 16, .starts = {0, 8}};
  aligned[1] = {.found = true, .begin = 17, .end = 32, .starts = {17, 18, 24}};
  aligned[2] = {.found = true, .begin = 32, .end = 48, .starts = {32, 40}};
  FindFaintWords(heard, words, 1, 2, &aligned);
  EXPECT_EQ(aligned[0].end, 16);
  EXPECT_GE(aligned[1].begin, 16);
  EXPECT_LE(aligned[1].end, 32);
  EXPECT_EQ(aligned[2].begin, 32);
}

TEST(FaintWordsTest, AClauseOfWhichNothingWasFoundStaysSo) {
  const std::vector<SpokenWord> words = {Word("ma")};
  std::vector<AlignedWord> aligned(1);
  FindFaintWords(Hear(Long("ma", 8)), words, 0, 1, &aligned);
  EXPECT_FALSE(aligned[0].found);
}

TEST(FaintWordsTest, TheMeanFitCountsSteps) {
  std::vector<AlignedWord> words(3);
  words[0] = {.found = true, .begin = 0, .end = 10, .starts = {}, .fit = -1};
  words[2] = {.found = true, .begin = 10, .end = 40, .starts = {}, .fit = -3};
  EXPECT_DOUBLE_EQ(MeanFit(words), -2.5);
}

}  // namespace
}  // namespace longtake::worker
