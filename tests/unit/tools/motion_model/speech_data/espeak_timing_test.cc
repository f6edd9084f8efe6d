#include "tools/motion_model/speech_data/espeak_timing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace longtake::speech_data {
namespace {

constexpr int kRate_hz = 20000;
constexpr double kTolerance_s = 1e-3;

struct Stretch {
  double start_s;
  double end_s;
};

// A loud sound of `duration_s` that is silent in the given stretches.
Sound SoundWithSilence(double duration_s, std::vector<Stretch> silences) {
  Sound sound{kRate_hz, {}};
  sound.samples.assign(static_cast<size_t>(duration_s * kRate_hz + 0.5), 8000);
  for (const Stretch& silence : silences) {
    for (auto i = static_cast<size_t>(silence.start_s * kRate_hz + 0.5);
         i < static_cast<size_t>(silence.end_s * kRate_hz + 0.5); ++i) {
      sound.samples[i] = 0;
    }
  }
  return sound;
}

PhoneTrack Track(const std::vector<EspeakEvent>& events, const Sound& sound) {
  const StatusOr<PhoneTrack> track = EspeakTrack(events, sound, "en-us");
  EXPECT_TRUE(track.ok()) << Message(track.status());
  return track.value_or(PhoneTrack{});
}

double StartOf(const PhoneTrack& track, const std::string& phone) {
  for (const TimedPhone& timed : track) {
    if (timed.phone == phone) return timed.start_s;
  }
  ADD_FAILURE() << "no " << phone;
  return -1;
}

TEST(EspeakTimingTest, AVoicelessStopBeginsWithTheSilenceBeforeItsBurst) {
  const Sound sound = SoundWithSilence(0.5, {{0.15, 0.2}});
  const PhoneTrack track =
      Track({{0, "a"}, {0.2, "p"}, {0.25, "a"}, {0.5, ""}}, sound);
  EXPECT_NEAR(StartOf(track, "p"), 0.15, kTolerance_s);
  EXPECT_NEAR(track[0].end_s, 0.15, kTolerance_s);
}

TEST(EspeakTimingTest, AnAffricateBeginsWithItsClosureToo) {
  const Sound sound = SoundWithSilence(0.5, {{0.16, 0.21}});
  const PhoneTrack track =
      Track({{0, "a"}, {0.215, "tʃ"}, {0.3, "i"}, {0.5, ""}}, sound);
  EXPECT_NEAR(StartOf(track, "tʃ"), 0.16, kTolerance_s);
}

TEST(EspeakTimingTest, AStopWithoutSilenceKeepsItsTime) {
  const Sound sound = SoundWithSilence(0.5, {});
  const PhoneTrack track =
      Track({{0, "a"}, {0.2, "t"}, {0.25, "a"}, {0.5, ""}}, sound);
  EXPECT_NEAR(StartOf(track, "t"), 0.2, kTolerance_s);
}

TEST(EspeakTimingTest, AStopTakesOnlyTheEndOfAPause) {
  const Sound sound = SoundWithSilence(1, {{0.2, 0.6}});
  const PhoneTrack track =
      Track({{0, "a"}, {0.2, ""}, {0.6, "k"}, {0.65, "a"}, {1, ""}}, sound);
  EXPECT_NEAR(StartOf(track, "_"), 0.2, kTolerance_s);
  EXPECT_NEAR(StartOf(track, "k"), 0.53, kTolerance_s);
}

TEST(EspeakTimingTest, AVowelComesEarlierAfterANasalOrVoicedStop) {
  const Sound sound = SoundWithSilence(0.6, {});
  const PhoneTrack track = Track(
      {{0, "m"}, {0.1, "a"}, {0.2, "b"}, {0.3, "i"}, {0.4, "s"}, {0.5, "u"}},
      sound);
  EXPECT_NEAR(StartOf(track, "a"), 0.08, kTolerance_s);
  EXPECT_NEAR(StartOf(track, "b"), 0.2, kTolerance_s);
  EXPECT_NEAR(StartOf(track, "i"), 0.28, kTolerance_s);
  EXPECT_NEAR(StartOf(track, "s"), 0.4, kTolerance_s);
  EXPECT_NEAR(StartOf(track, "u"), 0.5, kTolerance_s);
}

TEST(EspeakTimingTest, ASoundAfterAPauseBeginsWhereTheSilenceEnds) {
  const Sound sound = SoundWithSilence(0.6, {{0.1, 0.275}});
  const PhoneTrack track =
      Track({{0, "a"}, {0.1, ""}, {0.3, "o"}, {0.5, ""}}, sound);
  EXPECT_NEAR(StartOf(track, "o"), 0.275, kTolerance_s);
}

TEST(EspeakTimingTest, AChangeOfLanguageAndALoneMarkTakeNoTime) {
  const Sound sound = SoundWithSilence(0.4, {});
  const PhoneTrack track = Track(
      {{0, "s"}, {0.1, "(en)"}, {0.1, "ʲ"}, {0.2, "a"}, {0.4, ""}}, sound);
  ASSERT_EQ(track.size(), 2u);
  EXPECT_EQ(track[0], (TimedPhone{0, 0.2, "s"}));
  EXPECT_EQ(track[1], (TimedPhone{0.2, 0.4, "a"}));
}

TEST(EspeakTimingTest, APauseOfNoTimeBetweenWordsIsNone) {
  // Else the vowel after it would be taken for the first after a pause.
  const Sound sound = SoundWithSilence(0.4, {});
  const PhoneTrack track =
      Track({{0, "n"}, {0.2, ""}, {0.2, "a"}, {0.4, ""}}, sound);
  ASSERT_EQ(track.size(), 2u);
  EXPECT_NEAR(track[1].start_s, 0.18, kTolerance_s);
}

TEST(EspeakTimingTest, AnUtteranceWithoutAPhoneIsAnError) {
  EXPECT_EQ(
      EspeakTrack({{0, ""}}, SoundWithSilence(0.2, {}), "en").status().code(),
      StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace longtake::speech_data
