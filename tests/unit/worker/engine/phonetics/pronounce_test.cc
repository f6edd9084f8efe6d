#include "worker/engine/phonetics/pronounce.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>

namespace longtake::worker {
namespace {

using ::testing::HasSubstr;

std::string Said(const std::string& text, const std::string& language) {
  const auto words = Pronounce(text, language);
  EXPECT_TRUE(words.ok()) << words.status();
  std::string out;
  for (const SpokenWord& word : *words) {
    for (PhoneClass phone : word.phones) out += PhoneName(phone);
    out += word.ends_clause ? "|" : " ";
  }
  return out;
}

TEST(PronounceTest, WordsBecomePhones) {
  EXPECT_EQ(Said("Map", "en"), "map|");
  EXPECT_EQ(Said("bébé", "fr"), "bebe|");
  EXPECT_EQ(Said("mapa, puma", "es"), "mapa|puma|");
}

TEST(PronounceTest, NumbersAreReadOut) {
  EXPECT_EQ(Said("2", "es"), Said("dos", "es"));
}

TEST(PronounceTest, TextWithoutWordsSaysNothing) {
  EXPECT_EQ(Said("", "en"), "");
  EXPECT_EQ(Said(" \n ", "en"), "");
}

TEST(PronounceTest, UnknownLanguagesAreNamed) {
  for (const char* language : {"xx", "", "../en", "en+f3", "EN "}) {
    const Status status = CheckLanguage(language);
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << language;
    EXPECT_THAT(Message(status), HasSubstr(std::string("'") + language + "'"));
  }
  EXPECT_TRUE(CheckLanguage("en").ok());
}

TEST(PronounceTest, ThreadsDoNotMixTheirLanguages) {
  const std::string english = Said("one two three", "en");
  const std::string french = Said("un deux trois", "fr");
  EXPECT_NE(english, french);
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      for (int k = 0; k < 20; ++k) {
        if (i % 2 == 0) {
          EXPECT_EQ(Said("one two three", "en"), english);
        } else {
          EXPECT_EQ(Said("un deux trois", "fr"), french);
        }
      }
    });
  }
}

}  // namespace
}  // namespace longtake::worker
