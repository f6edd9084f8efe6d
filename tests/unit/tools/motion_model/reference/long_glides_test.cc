#include "tools/motion_model/reference/long_glides.h"

#include <gtest/gtest.h>

namespace longtake::reference {
namespace {

// Where the glide ends that begins a pair of phones.
int GlideEnd(const std::string& first, int middle, const std::string& second,
             int end) {
  std::vector<TimedPhone> phones = {{0, middle, first}, {middle, end, second}};
  ShortenGlides(&phones);
  EXPECT_EQ(phones[0].end_frame, phones[1].begin_frame);
  EXPECT_EQ(phones[1].end_frame, end);
  return phones[0].end_frame;
}

TEST(LongGlidesTest, AGlideThatTookItsVowelsTimeGivesItBack) {
  EXPECT_EQ(GlideEnd("w", 65, "a", 71), kLongGlideFrames);
}

TEST(LongGlidesTest, ItKeepsHalfOfAShortPair) {
  EXPECT_EQ(GlideEnd("j", 30, "ɛ", 40), 20);
}

TEST(LongGlidesTest, ShortOnesStayAsTheyAre) {
  EXPECT_EQ(GlideEnd("w", 15, "a", 18), 15);
  EXPECT_EQ(GlideEnd("w", 20, "a", 60), 20);
}

TEST(LongGlidesTest, OthersStayAsTheyAre) {
  EXPECT_EQ(GlideEnd("l", 65, "a", 71), 65);
  EXPECT_EQ(GlideEnd("w", 65, "_", 71), 65);
  EXPECT_EQ(GlideEnd("j", 65, "w", 71), 65);
  EXPECT_EQ(GlideEnd("ja", 65, "a", 71), 65);
}

}  // namespace
}  // namespace longtake::reference
