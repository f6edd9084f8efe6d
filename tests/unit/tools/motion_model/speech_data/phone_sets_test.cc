#include "tools/motion_model/speech_data/phone_sets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <sstream>

#include "tools/motion_model/speech_data/ipa.h"

namespace longtake::speech_data {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

// What (PhoneSet.description) lists in festival, and flite's US English set.
struct VoicePhones {
  const PhoneSet& (*set)();
  const char* names;
};
const VoicePhones kVoicePhones[] = {
    {ArpabetPhones,
     "aa ae ah ao aw ax axr ay b ch d dh dx eh el em en er ey f g hh hv ih iy "
     "jh k l m n nx ng ow oy p r s sh t th uh uw v w y z zh pau h# brth"},
    {ItalianPhones,
     "i e E a O o u i1 e1 E1 a1 o1 O1 u1 j w p t k b d g f s S v z Z ts tS dz "
     "dZ m n J ng nf l L r #"},
    {CzechPhones,
     "# _ a a: b c c~ ch d d~ dz dz~ e e: f g h i i: j k l m n n* n~ o o: p r "
     "r~ r~* s s~ t t~ u u: v z z~"},
    {FinnishPhones,
     "a e i o u y @ 7 & a: e: i: o: u: y: @: 7: p t k b d g f T s S h v m n N "
     "l "
     "L r j w p: t: k: b: d: g: f: T: D: s: z: S: Z: h: v: m: n: N: w: l: L: "
     "r: j: ## #"},
    {CatalanPhones,
     "ax a a1 b d e e1 E E1 f g i i1 j J k l L m n o o1 O O1 p r rr s S t u u1 "
     "w z Z pau _ #"},
    {RussianPhones,
     "pau ii yy uu ee oo aa a e i y u ae ay ur p pp b bb t tt d dd k kk g gg c "
     "ch f ff v vv s ss z zz sh sch zh h hh m mm n nn l ll r rr j"},
    {IndicPhones,
     "a aa ih iy uh uw eh ee ay oh oo aw f k g ch T D N th dh n p b m y r l v "
     "L R s sh j h ksh sri x kh gh td tth ddh bh zh @ pau w"},
};

TEST(PhoneSetsTest, EveryPhoneOfEveryVoiceIsIpa) {
  for (const VoicePhones& voice : kVoicePhones) {
    std::istringstream names(voice.names);
    std::string name;
    while (names >> name) {
      const std::vector<std::string> ipa = voice.set().ToIpa(name);
      EXPECT_THAT(ipa, Not(IsEmpty())) << name;
      for (const std::string& phone : ipa) {
        EXPECT_TRUE(IsPhone(phone)) << name << " is '" << phone << "'";
      }
    }
  }
}

TEST(PhoneSetsTest, NoTableNamesAPhoneTwice) {
  for (const VoicePhones& voice : kVoicePhones) {
    std::set<std::string_view> names;
    for (const PhoneName& row : voice.set().names()) {
      EXPECT_TRUE(names.insert(row.name).second) << row.name;
    }
  }
}

TEST(PhoneSetsTest, ArpabetIsRead) {
  EXPECT_THAT(ArpabetPhones().ToIpa("ch"), ElementsAre("tʃ"));
  EXPECT_THAT(ArpabetPhones().ToIpa("ay"), ElementsAre("aɪ"));
  EXPECT_THAT(ArpabetPhones().ToIpa("er"), ElementsAre("ɝ"));
  EXPECT_THAT(ArpabetPhones().ToIpa("em"), ElementsAre("m"));
  EXPECT_THAT(ArpabetPhones().ToIpa("pau"), ElementsAre("_"));
  EXPECT_THAT(ArpabetPhones().ToIpa("qq"), IsEmpty());
}

TEST(PhoneSetsTest, OneNameMeansOtherSoundsInOtherVoices) {
  EXPECT_THAT(FinnishPhones().ToIpa("@"), ElementsAre("æ"));
  EXPECT_THAT(IndicPhones().ToIpa("@"), ElementsAre("ə"));
  EXPECT_THAT(CzechPhones().ToIpa("c"), ElementsAre("ts"));
  EXPECT_THAT(RussianPhones().ToIpa("y"), ElementsAre("ɨ"));
  EXPECT_THAT(ArpabetPhones().ToIpa("y"), ElementsAre("j"));
}

TEST(PhoneSetsTest, AClusterWithOneNameIsSeveralPhones) {
  EXPECT_THAT(IndicPhones().ToIpa("ksh"), ElementsAre("k", "ʂ"));
  EXPECT_THAT(IndicPhones().ToIpa("sri"), ElementsAre("ʃ", "r", "i"));
}

}  // namespace
}  // namespace longtake::speech_data
