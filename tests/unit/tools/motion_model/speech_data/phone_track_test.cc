#include "tools/motion_model/speech_data/phone_track.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace longtake::speech_data {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(PhoneTrackTest, ThePhonesFileHasFourDecimalsAndSingleSpaces) {
  EXPECT_EQ(FormatPhones({{0, 0.12345, "_"}, {0.12345, 1.5, "tʃ"}}),
            "0.0000 0.1235 _\n0.1235 1.5000 tʃ\n");
}

TEST(PhoneTrackTest, WhatIsWrittenIsReadBack) {
  const PhoneTrack track = {{0, 0.1, "_"}, {0.1, 0.25, "aɪ"}, {0.25, 1, "m"}};
  const StatusOr<PhoneTrack> read = ParsePhones(FormatPhones(track));
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(*read, track);
}

TEST(PhoneTrackTest, ABrokenLineIsNamed) {
  for (const char* line : {"0.1 a", "0.1 0.2 a b", "x 0.2 a", "0.1 0.2 7"}) {
    const auto read = ParsePhones(std::string("0 0.1 _\n") + line + "\n");
    EXPECT_EQ(read.status().code(), StatusCode::kDataLoss) << line;
    EXPECT_THAT(Message(read.status()), HasSubstr("line 2")) << line;
  }
}

TEST(PhoneTrackTest, PhonesLastUntilTheNextAndTheFirstWaitsInSilence) {
  EXPECT_THAT(TrackFromStarts({{0.2, {"m"}}, {0.3, {"a"}}}, 0.5),
              ElementsAre(TimedPhone{0, 0.2, "_"}, TimedPhone{0.2, 0.3, "m"},
                          TimedPhone{0.3, 0.5, "a"}));
}

TEST(PhoneTrackTest, PhonesOfOneEventShareItsTime) {
  EXPECT_THAT(TrackFromStarts({{0, {"ɑ", "ɹ"}}, {0.2, {"t"}}}, 0.3),
              ElementsAre(TimedPhone{0, 0.1, "ɑ"}, TimedPhone{0.1, 0.2, "ɹ"},
                          TimedPhone{0.2, 0.3, "t"}));
}

TEST(PhoneTrackTest, PhonesPastTheEndAndOfNoTimeAreLeftOut) {
  EXPECT_THAT(TrackFromStarts(
                  {{0, {"a"}}, {0.1, {"t"}}, {0.1, {"o"}}, {0.4, {"p"}}}, 0.3),
              ElementsAre(TimedPhone{0, 0.1, "a"}, TimedPhone{0.1, 0.3, "o"}));
}

TEST(PhoneTrackTest, NeighbouringSilencesAreOne) {
  EXPECT_THAT(TrackFromStarts({{0, {"_"}}, {0.1, {"_"}}, {0.2, {"a"}}}, 0.3),
              ElementsAre(TimedPhone{0, 0.2, "_"}, TimedPhone{0.2, 0.3, "a"}));
}

TEST(PhoneTrackTest, AShortSilenceIsAStopsClosureOrTheEndOfThePhoneBefore) {
  EXPECT_THAT(
      WithoutShortSilences({{0, 0.1, "a"},
                            {0.1, 0.13, "_"},
                            {0.13, 0.2, "b"},
                            {0.2, 0.23, "_"},
                            {0.23, 0.3, "z"},
                            {0.3, 0.4, "_"},
                            {0.4, 0.5, "a"},
                            {0.5, 0.51, "_"}}),
      ElementsAre(TimedPhone{0, 0.1, "a"}, TimedPhone{0.1, 0.23, "b"},
                  TimedPhone{0.23, 0.3, "z"}, TimedPhone{0.3, 0.4, "_"},
                  TimedPhone{0.4, 0.5, "a"}, TimedPhone{0.5, 0.51, "_"}));
}

TEST(PhoneTrackTest, ATrackMustCoverTheSoundWithoutGap) {
  EXPECT_TRUE(CheckTrack({{0, 0.1, "_"}, {0.1, 0.2, "a"}}, 0.2).ok());
  EXPECT_FALSE(CheckTrack({{0.1, 0.2, "a"}}, 0.2).ok());
  EXPECT_FALSE(CheckTrack({{0, 0.1, "a"}, {0.15, 0.2, "a"}}, 0.2).ok());
  EXPECT_FALSE(CheckTrack({{0, 0.1, "a"}, {0.1, 0.1, "t"}}, 0.1).ok());
  EXPECT_FALSE(CheckTrack({{0, 0.2, "a"}}, 0.3).ok());
  EXPECT_FALSE(CheckTrack({{0, 0.2, "aː"}}, 0.2).ok());
  EXPECT_FALSE(CheckTrack({{0, 0.2, "_"}}, 0.2).ok());
  EXPECT_FALSE(CheckTrack({}, 0).ok());
}

}  // namespace
}  // namespace longtake::speech_data
