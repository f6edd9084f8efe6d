#include "tools/motion_model/reference/phones.h"

#include <gmock/gmock.h>

namespace longtake::reference {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(ReferencePhonesTest, StressAndVariantsGoLengthAndQualityStay) {
  EXPECT_EQ(CleanPhone("ˈɔː"), "ɔː");
  EXPECT_EQ(CleanPhone("ə-"), "ə");
  EXPECT_EQ(CleanPhone("i2"), "i");
  EXPECT_EQ(CleanPhone("nʲ"), "nʲ");
  EXPECT_EQ(CleanPhone("ɑ̃"), "ɑ̃");
  EXPECT_EQ(CleanPhone("ʔ"), "");
  EXPECT_EQ(CleanPhone("(en)"), "");
}

TEST(ReferencePhonesTest, ACutOffLastCharacterGoes) {
  EXPECT_EQ(CleanPhone("a\xC9"), "a");
}

TEST(ReferencePhonesTest, KnowsMarksThatBelongToThePhoneBefore) {
  EXPECT_TRUE(IsMark("ʲ"));
  EXPECT_TRUE(IsMark("ː"));
  EXPECT_FALSE(IsMark("tʲ"));
  EXPECT_FALSE(IsMark(""));
}

TEST(ReferencePhonesTest, TheBaseKeepsNasalityOnly) {
  EXPECT_EQ(BasePhone("tʲ"), "t");
  EXPECT_EQ(BasePhone("ɑ̃ː"), "ɑ̃");
  EXPECT_EQ(BasePhone("oː"), "o");
}

TEST(ReferencePhonesTest, VisemesOfDiphthongsAndAffricates) {
  EXPECT_THAT(Visemes("aɪ"), ElementsAre(worker::kVisemeAA, worker::kVisemeII));
  EXPECT_THAT(Visemes("tʃ"), ElementsAre(worker::kVisemeCH));
  EXPECT_THAT(Visemes("iɪ"), ElementsAre(worker::kVisemeII));
  EXPECT_THAT(Visemes(kPause), ElementsAre(worker::kVisemeSil));
  EXPECT_THAT(Visemes("ʔ"), IsEmpty());
}

TEST(ReferencePhonesTest, VoicelessStopsIncludeAffricates) {
  EXPECT_TRUE(IsVoicelessStop("p"));
  EXPECT_TRUE(IsVoicelessStop("tʃ"));
  EXPECT_TRUE(IsVoicelessStop("kʲ"));
  EXPECT_FALSE(IsVoicelessStop("b"));
  EXPECT_FALSE(IsVoicelessStop("s"));
}

}  // namespace
}  // namespace longtake::reference
