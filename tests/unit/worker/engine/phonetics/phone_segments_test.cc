#include "worker/engine/phonetics/phone_segments.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace longtake::worker {
namespace {

using ::testing::HasSubstr;

TEST(PhoneSegmentsTest, ReadsTimesGapsAndDiphthongs) {
  const auto segments = ParsePhones(
      "# a comment\n0.00 0.10 _\n0.10 0.20 m\r\n\n0.30 0.50 aɪ\n", "a.phones");
  ASSERT_TRUE(segments.ok()) << segments.status();
  ASSERT_EQ(segments->size(), 5u);
  EXPECT_EQ((*segments)[1].phone, PhonesOfIpa("m")[0]);
  EXPECT_EQ((*segments)[2].phone, kSilence);
  EXPECT_DOUBLE_EQ((*segments)[2].end, 0.30);
  EXPECT_DOUBLE_EQ((*segments)[3].end, 0.40);
  EXPECT_EQ((*segments)[4].phone, PhonesOfIpa("ɪ")[0]);
  EXPECT_DOUBLE_EQ((*segments)[4].end, 0.50);
}

TEST(PhoneSegmentsTest, AGlottalStopLengthensThePhoneBefore) {
  const auto segments = ParsePhones("0 0.1 a\n0.1 0.15 ʔ\n0.15 0.2 t\n", "x");
  ASSERT_TRUE(segments.ok());
  ASSERT_EQ(segments->size(), 2u);
  EXPECT_DOUBLE_EQ((*segments)[0].end, 0.15);
}

TEST(PhoneSegmentsTest, BadLinesAreNamedWithTheirNumber) {
  const struct {
    const char* text;
    const char* what;
  } kCases[] = {
      {"0 0.1\n", "line 1: needs three fields"},
      {"0 0.1 a\n0.1 x b\n", "line 2: '0.1 x' are not two times"},
      {"-1 0.1 a\n", "line 1: '-1 0.1' are not two times"},
      {"0 nan a\n", "line 1: '0 nan' are not two times"},
      {"0 99999999 a\n", "are not two times"},
      {"0.2 0.1 a\n", "line 1: ends at 0.1 before it starts at 0.2"},
      {"0 0.2 a\n0.1 0.3 b\n", "line 2: starts at 0.1 s, before the end"},
      {"0 0.1 !!\n", "line 1: '!!' is no IPA sound"},
      {"\n# nothing\n", "no phones"},
      {"", "no phones"},
  };
  for (const auto& c : kCases) {
    const auto segments = ParsePhones(c.text, "a.phones");
    ASSERT_FALSE(segments.ok()) << c.text;
    EXPECT_EQ(segments.status().code(), StatusCode::kInvalidArgument);
    EXPECT_THAT(Message(segments.status()), HasSubstr("a.phones"));
    EXPECT_THAT(Message(segments.status()), HasSubstr(c.what));
  }
}

TEST(PhoneSegmentsTest, AMissingFileIsNamed) {
  const auto segments = ReadPhones("/nowhere/a.phones");
  EXPECT_EQ(segments.status().code(), StatusCode::kNotFound);
  EXPECT_THAT(Message(segments.status()), HasSubstr("/nowhere/a.phones"));
}

}  // namespace
}  // namespace longtake::worker
