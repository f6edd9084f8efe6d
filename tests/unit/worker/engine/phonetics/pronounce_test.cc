#include "worker/engine/phonetics/pronounce.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace longtake::worker {
namespace {

using ::testing::HasSubstr;

std::string Said(const std::string& text, const std::string& language) {
  const auto texts = Pronounce({text}, language);
  if (!texts.ok()) return Message(texts.status());
  std::string out;
  for (const SpokenWord& word : texts->front()) {
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

TEST(PronounceTest, EachTextIsAnsweredByItself) {
  const auto texts = Pronounce({"mapa", "", "puma puma"}, "es");
  ASSERT_TRUE(texts.ok()) << texts.status();
  ASSERT_EQ(texts->size(), 3u);
  EXPECT_EQ((*texts)[0].size(), 1u);
  EXPECT_EQ((*texts)[1].size(), 0u);
  EXPECT_EQ((*texts)[2].size(), 2u);
}

TEST(PronounceTest, NumbersAreReadOut) {
  EXPECT_EQ(Said("2", "es"), Said("dos", "es"));
}

TEST(PronounceTest, TextThatLooksLikeAFlagIsText) {
  EXPECT_EQ(Said("--version", "es"), Said("version", "es"));
}

TEST(PronounceTest, AVoiceThatIsNotThereIsNamedWithTheRemedy) {
  const auto texts = Pronounce({"hello"}, "xx");
  EXPECT_EQ(texts.status().code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(Message(texts.status()), HasSubstr("'xx'"));
  EXPECT_THAT(Message(texts.status()), HasSubstr("apt-get install espeak-ng"));
}

}  // namespace
}  // namespace longtake::worker
