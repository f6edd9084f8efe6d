#include "worker/engine/phonetics/languages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace longtake::worker {
namespace {

using ::testing::HasSubstr;

TEST(LanguagesTest, CodesHaveOneSpelling) {
  struct Case {
    const char *given, *canonical;
  };
  for (const Case& c :
       {Case{"en", "en"}, Case{"en-GB", "en"}, Case{"en_us", "en-us"},
        Case{"FR", "fr"}, Case{"fr-FR", "fr"}, Case{"fr-CA", "fr"},
        Case{"pt-BR", "pt-br"}, Case{"pt-PT", "pt"}, Case{"de-AT", "de"},
        Case{"zh", "cmn"}, Case{"zh-CN", "cmn"}, Case{"zh-hk", "yue"},
        Case{"no", "nb"}, Case{"es-419", "es-419"}, Case{"hi", "hi"}}) {
    const auto language = ParseLanguage(c.given);
    ASSERT_TRUE(language.ok()) << c.given;
    EXPECT_EQ(*language, c.canonical) << c.given;
    EXPECT_EQ(*ParseLanguage(*language), *language) << c.given;
  }
}

TEST(LanguagesTest, UnknownOnesAreRefusedWithSuggestions) {
  for (const char* bad : {"", "xx", "english", "e", "-fr", "fr-", "fr fr",
                          "xx-fr", "fr-france"}) {
    EXPECT_EQ(ParseLanguage(bad).status().code(), StatusCode::kInvalidArgument)
        << bad;
  }
  EXPECT_THAT(Message(ParseLanguage("frr").status()), HasSubstr("fr"));
  EXPECT_THAT(Message(ParseLanguage("").status()), HasSubstr("en"));
}

}  // namespace
}  // namespace longtake::worker
