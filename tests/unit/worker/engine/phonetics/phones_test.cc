#include "worker/engine/phonetics/phones.h"

#include <gtest/gtest.h>

#include <set>

namespace longtake::worker {
namespace {

std::string Names(std::string_view token) {
  std::string names;
  for (PhoneClass phone : PhonesOfIpa(token)) names += PhoneName(phone);
  return names;
}

TEST(PhonesTest, EveryClassIsNamedByASymbolOfItsOwn) {
  std::set<std::string_view> names;
  for (PhoneClass phone = 0; phone < kPhoneClasses; ++phone) {
    EXPECT_EQ(PhonesOfIpa(PhoneName(phone)), std::vector<PhoneClass>{phone});
    names.insert(PhoneName(phone));
  }
  EXPECT_EQ(names.size(), static_cast<size_t>(kPhoneClasses));
}

TEST(PhonesTest, MarksAreNoSounds) {
  EXPECT_EQ(Names("ˈaː"), "a");
  EXPECT_EQ(Names("tʰ"), "t");
  EXPECT_EQ(Names("ɔ̃"), "ɔ");
  EXPECT_EQ(Names("ã"), "a");
  EXPECT_EQ(Names("n̩"), "n");
  EXPECT_EQ(Names("ʔ"), "");
  EXPECT_EQ(Names("5"), "");
}

TEST(PhonesTest, DiphthongsAreTwoAndAffricatesOne) {
  EXPECT_EQ(Names("aɪ"), "aɪ");
  EXPECT_EQ(Names("tʃ"), "ʃ");
  EXPECT_EQ(Names("dʒ"), "ʒ");
  EXPECT_EQ(Names("ts"), "s");
  EXPECT_EQ(Names("ss"), "s");
}

TEST(PhonesTest, OnlyBilabialsCloseTheLips) {
  std::string closing;
  for (PhoneClass phone = 0; phone < kPhoneClasses; ++phone) {
    if (ClosesLips(phone)) closing += PhoneName(phone);
  }
  EXPECT_EQ(closing, "pbm");
  EXPECT_EQ(VisemeOf(PhonesOfIpa("v")[0]), kVisemeFF);
  EXPECT_EQ(VisemeOf(PhonesOfIpa("uː")[0]), kVisemeUU);
  EXPECT_EQ(VisemeOf(kSilence), kVisemeSil);
}

TEST(PhonesTest, MalformedTextGivesWhatCanBeRead) {
  EXPECT_EQ(Names("\xff\xc3p"), "p");
  EXPECT_EQ(Names("m\xe2\x82"), "m");
  EXPECT_TRUE(PhonesOfIpa("").empty());
}

}  // namespace
}  // namespace longtake::worker
