#include "tools/motion_model/speech_data/ipa.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "worker/engine/phonetics/phones.h"

namespace longtake::speech_data {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

TEST(IpaTest, SymbolsAffricatesAndDiphthongsArePhones) {
  for (const char* phone : {"_", "p", "ɲ", "ʔ", "ts", "dʒ", "aɪ", "iou", "ɚ"}) {
    EXPECT_TRUE(IsPhone(phone)) << phone;
  }
}

TEST(IpaTest, OtherTextIsNoPhone) {
  for (const char* text : {"", "aː", "pt", "ta", "aeio", "A", "7", "__"}) {
    EXPECT_FALSE(IsPhone(text)) << text;
  }
}

// A glottal stop has no shape of its own.
TEST(IpaTest, TheEngineKnowsTheShapeOfEverySymbol) {
  for (const std::string_view symbol : Symbols()) {
    if (symbol == "ʔ") continue;
    EXPECT_THAT(worker::PhonesOfIpa(symbol), Not(IsEmpty())) << symbol;
  }
}

TEST(IpaTest, ClosuresAreStopsAndAffricates) {
  for (const char* phone : {"p", "ɡ", "ʈ", "tʃ", "dz"}) {
    EXPECT_TRUE(BeginsWithClosure(phone)) << phone;
  }
  for (const char* phone : {"m", "s", "a", "_", "ʃ", ""}) {
    EXPECT_FALSE(BeginsWithClosure(phone)) << phone;
  }
}

TEST(IpaTest, CharactersAreWholeUtf8Sequences) {
  EXPECT_THAT(Characters("aɪप"), ElementsAre("a", "ɪ", "प"));
  EXPECT_TRUE(IsOneOf("ɪ", "aɪप"));
  EXPECT_FALSE(IsOneOf("aɪ", "aɪप"));
  EXPECT_FALSE(IsOneOf("", "aɪप"));
}

}  // namespace
}  // namespace longtake::speech_data
