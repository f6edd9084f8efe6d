#include "tools/motion_model/speech_data/word_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "common/testing/temp_dir.h"

namespace longtake::speech_data {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

void Write(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

TEST(WordListTest, OnlyPlainWordsAreTaken) {
  EXPECT_THAT(
      WordsIn("3\nbaby/MS\nit's\na\nParis\nété\twords\n4th\nx-ray\nwebs\r\n"
              "antidisestablishment\nмама\nMУЖ\n",
              Capitals::kNone),
      ElementsAre("baby", "été", "webs", "мама"));
}

TEST(WordListTest, GermanNounsKeepTheirCapital) {
  EXPECT_THAT(WordsIn("Baum\nUNO\nÄpfel\nweiß\n", Capitals::kFirstLetter),
              ElementsAre("Baum", "Äpfel", "weiß"));
}

TEST(WordListTest, ALongListIsThinnedEvenly) {
  std::string text;
  for (size_t i = 0; i < 3 * kMostWords; ++i) {
    std::string word;
    for (size_t rest = i, n = 0; n < 4; rest /= 26, ++n) {
      word.insert(word.begin(), static_cast<char>('a' + rest % 26));
    }
    text += word + "\n";
  }
  const std::vector<std::string> words = WordsIn(text, Capitals::kNone);
  ASSERT_EQ(words.size(), kMostWords);
  EXPECT_EQ(words[0], "aaaa");
  EXPECT_EQ(words[1], "aaad");
  EXPECT_TRUE(std::is_sorted(words.begin(), words.end()));
}

TEST(WordListTest, ADictionaryIsInItsAffixFilesCharacterSet) {
  const TempDir dir;
  Write(dir.Join("x.aff"), "# comment\nSET ISO8859-2\nTRY abc\n");
  Write(dir.Join("x.dic"), "1\nka\xb9\x65/A\n");
  const auto words = ReadWordList(dir.Join("x.dic"), Capitals::kNone);
  ASSERT_TRUE(words.ok()) << Message(words.status());
  EXPECT_THAT(*words, ElementsAre("kaše"));
}

TEST(WordListTest, AListThatIsNotUtf8IsLatin1) {
  const TempDir dir;
  Write(dir.Join("svenska"), "h\xf6jd\n");
  Write(dir.Join("dansk"), "høj\n");
  EXPECT_THAT(*ReadWordList(dir.Join("svenska"), Capitals::kNone),
              ElementsAre("höjd"));
  EXPECT_THAT(*ReadWordList(dir.Join("dansk"), Capitals::kNone),
              ElementsAre("høj"));
}

TEST(WordListTest, AMissingOrEmptyListSaysWhatToDo) {
  const TempDir dir;
  const auto missing = ReadWordList(dir.Join("none"), Capitals::kNone);
  EXPECT_EQ(missing.status().code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(Message(missing.status()), HasSubstr("install"));
  Write(dir.Join("empty"), "42\n");
  EXPECT_EQ(ReadWordList(dir.Join("empty"), Capitals::kNone).status().code(),
            StatusCode::kFailedPrecondition);
}

TEST(WordListTest, WhatACharacterSetLacksIsLeftOut) {
  EXPECT_EQ(*Recode("až příště 中!", "UTF-8", "ISO-8859-2"),
            "a\xbe p\xf8\xed\xb9t\xec !");
  EXPECT_EQ(*Recode("a\xff\x62", "UTF-8", "UTF-8"), "ab");
  EXPECT_EQ(Recode("a", "UTF-8", "no such set").status().code(),
            StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace longtake::speech_data
