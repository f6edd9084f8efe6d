#include "tools/motion_model/speech_data/utterance.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tools/motion_model/speech_data/command_synthesizers.h"

namespace longtake::speech_data {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const Vocabulary kVocabulary = {{"bump", "tea", "key", "sea"}, {}, {}};

bool Same(const Utterance& a, const Utterance& b) {
  return a.text == b.text && a.speaker == b.speaker && a.pitch == b.pitch &&
         a.words_per_minute == b.words_per_minute && a.stretch == b.stretch &&
         a.pitch_range == b.pitch_range && a.pitch_factor == b.pitch_factor;
}

TEST(UtteranceTest, DependsOnSeedVoiceAndIndexOnly) {
  const Voice& voice = VoicesOf(Engine::kEspeak)[0];
  const Voice& other = VoicesOf(Engine::kEspeak)[1];
  const Utterance first = PlanUtterance(1, voice, kVocabulary, 7);
  EXPECT_TRUE(Same(first, PlanUtterance(1, voice, kVocabulary, 7)));
  EXPECT_FALSE(Same(first, PlanUtterance(2, voice, kVocabulary, 7)));
  EXPECT_FALSE(Same(first, PlanUtterance(1, other, kVocabulary, 7)));
  EXPECT_FALSE(Same(first, PlanUtterance(1, voice, kVocabulary, 8)));
}

TEST(UtteranceTest, EspeakSpeaksFastAndSlowHighAndLow) {
  const Voice& voice = VoicesOf(Engine::kEspeak)[0];
  int slowest = 1000, fastest = 0;
  for (int i = 0; i < 300; ++i) {
    const Utterance utterance = PlanUtterance(1, voice, kVocabulary, i);
    slowest = std::min(slowest, utterance.words_per_minute);
    fastest = std::max(fastest, utterance.words_per_minute);
    EXPECT_TRUE(utterance.speaker.starts_with(voice.name));
  }
  EXPECT_GE(slowest, 105);
  EXPECT_LE(slowest, 110);
  EXPECT_LE(fastest, 225);
  EXPECT_GE(fastest, 220);
}

Voice EnglishVoice(double sound_late_s) {
  return {.engine = Engine::kFestival,
          .name = "x",
          .language = "en",
          .phones = ArpabetPhones,
          .sound_late_s = sound_late_s};
}

TEST(FliteTest, EndTimesBecomeATrack) {
  const auto track =
      TrackFromFlite("pau:0.2 m:0.3 ay:0.5 pau:0.61 \n", EnglishVoice(0), 0.6);
  ASSERT_TRUE(track.ok()) << Message(track.status());
  EXPECT_THAT(
      *track,
      ElementsAre(TimedPhone{0, 0.2, "_"}, TimedPhone{0.2, 0.3, "m"},
                  TimedPhone{0.3, 0.5, "aɪ"}, TimedPhone{0.5, 0.6, "_"}));
}

TEST(FliteTest, WhatIsNoPhoneIsAnError) {
  EXPECT_FALSE(TrackFromFlite("pau:0.2 q:0.3", EnglishVoice(0), 0.3).ok());
  EXPECT_FALSE(TrackFromFlite("pau:0.2 m:x", EnglishVoice(0), 0.3).ok());
  EXPECT_FALSE(TrackFromFlite("pau", EnglishVoice(0), 0.3).ok());
  EXPECT_FALSE(TrackFromFlite("", EnglishVoice(0), 0.3).ok());
}

TEST(FestivalTest, SegmentsBecomeATrackAsLateAsTheSound) {
  const auto track = TrackFromFestival(
      "#\n\t0.2000 100 pau\n\t0.3000 100 b\n\t0.5000 100 iy\n",  //
      EnglishVoice(0.01), 0.6);
  ASSERT_TRUE(track.ok()) << Message(track.status());
  EXPECT_THAT(
      *track,
      ElementsAre(TimedPhone{0, 0.21, "_"}, TimedPhone{0.21, 0.31, "b"},
                  TimedPhone{0.31, 0.51, "i"}, TimedPhone{0.51, 0.6, "_"}));
}

TEST(FestivalTest, BrokenSegmentsAreAnError) {
  EXPECT_FALSE(TrackFromFestival("#\n 0.2 pau\n", EnglishVoice(0), 0.2).ok());
  EXPECT_FALSE(TrackFromFestival("#\n", EnglishVoice(0), 0.2).ok());
}

TEST(FestivalTest, TheScriptIsInTheVoicesCharacterSet) {
  Voice voice = EnglishVoice(0);
  voice.name = "czech_ph";
  voice.charset = "ISO-8859-2";
  Utterance utterance;
  utterance.index = 3;
  utterance.text = "kůň";
  utterance.stretch = 1.25;
  utterance.pitch_factor = 0.9;
  const auto script = FestivalScript(voice, {utterance});
  ASSERT_TRUE(script.ok());
  EXPECT_THAT(*script, HasSubstr("(voice_czech_ph)"));
  EXPECT_THAT(*script, HasSubstr("\"k\xf9\xf2\""));
  EXPECT_THAT(*script, HasSubstr("Duration_Stretch 1.250"));
  EXPECT_THAT(*script, HasSubstr("pitch_factor 0.900"));
  EXPECT_THAT(*script, HasSubstr("\"3.segs\""));
}

}  // namespace
}  // namespace longtake::speech_data
