#include "tools/motion_model/speech_data/voices.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tools/motion_model/speech_data/vocabulary.h"

namespace longtake::speech_data {
namespace {

TEST(VoicesTest, EveryVoiceHasWordsPhonesAndAShare) {
  const std::vector<std::string_view> known = KnownLanguages();
  for (const Engine engine : kAllEngines) {
    std::set<std::string_view> names;
    for (const Voice& voice : VoicesOf(engine)) {
      EXPECT_EQ(voice.engine, engine);
      EXPECT_TRUE(names.insert(voice.name).second) << voice.name;
      EXPECT_EQ(voice.name.find('/'), std::string_view::npos);
      EXPECT_THAT(known, ::testing::Contains(voice.language)) << voice.name;
      EXPECT_GT(voice.share, 0) << voice.name;
      EXPECT_EQ(voice.phones == nullptr, engine == Engine::kEspeak)
          << voice.name;
    }
  }
}

TEST(VoicesTest, TheEnginesShareAllHours) {
  double all = 0;
  for (const Engine engine : kAllEngines) all += EngineShare(engine);
  EXPECT_DOUBLE_EQ(all, 1);
}

TEST(VoicesTest, EspeakSpeaksManyLanguagesWithManyVoices) {
  std::set<std::string_view> languages;
  for (const Voice& voice : VoicesOf(Engine::kEspeak)) {
    languages.insert(voice.language);
  }
  EXPECT_GE(languages.size(), 40u);
  const auto variants = EspeakVariants();
  EXPECT_GE(std::set<std::string_view>(variants.begin(), variants.end()).size(),
            57u);
}

}  // namespace
}  // namespace longtake::speech_data
