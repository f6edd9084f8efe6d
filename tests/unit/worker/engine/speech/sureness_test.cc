#include "worker/engine/speech/sureness.h"

#include <gtest/gtest.h>

namespace longtake::worker {
namespace {

// `steps` of a voice that the network is sure of by `likeliest`; the other
// phones share the rest.
void Add(int64_t steps, float silence, float likeliest, SpeechNetOutput* out) {
  const float voice = 1 - silence;
  for (int64_t k = 0; k < steps; ++k) {
    out->curves.emplace_back();
    for (PhoneClass p = 0; p < kPhoneClasses; ++p) {
      out->phones.push_back(p == kSilence ? silence
                            : p == 1      ? voice * likeliest
                                          : voice * (1 - likeliest) /
                                           (kPhoneClasses - 2));
    }
  }
}

TEST(SurenessTest, AVoiceIsFollowedAndWhatIsLikeManyPhonesIsNot) {
  SpeechNetOutput voice, music, between;
  Add(100, 0.05f, 0.6f, &voice);
  Add(100, 0.4f, 0.25f, &music);
  Add(100, 0.4f, 0.333f, &between);
  for (int64_t k = 0; k < 100; ++k) {
    EXPECT_EQ(SurenessOf(voice)[k], 1) << k;
    EXPECT_EQ(SurenessOf(music)[k], 0) << k;
    EXPECT_NEAR(SurenessOf(between)[k], 0.5, 0.05) << k;
  }
}

TEST(SurenessTest, AFaintPhoneInASureVoiceIsFollowed) {
  SpeechNetOutput heard;
  Add(60, 0.05f, 0.6f, &heard);
  Add(5, 0.05f, 0.15f, &heard);
  Add(60, 0.05f, 0.6f, &heard);
  for (const float sureness : SurenessOf(heard)) EXPECT_EQ(sureness, 1);
}

TEST(SurenessTest, SilenceIsNoReasonForDoubt) {
  SpeechNetOutput heard;
  Add(200, 0.999f, 0.05f, &heard);
  for (const float sureness : SurenessOf(heard)) EXPECT_EQ(sureness, 1);
}

TEST(SurenessTest, ItReachesAsFarAsItSays) {
  SpeechNetOutput one, other;
  Add(100, 0.05f, 0.3f, &one);
  Add(100, 0.05f, 0.6f, &one);
  Add(100, 0.05f, 0.3f, &other);
  Add(100, 0.05f, 0.3f, &other);
  const auto a = SurenessOf(one), b = SurenessOf(other);
  EXPECT_EQ(a[100 - kSurenessSteps - 1], b[100 - kSurenessSteps - 1]);
  EXPECT_NE(a[100 - kSurenessSteps], b[100 - kSurenessSteps]);
}

}  // namespace
}  // namespace longtake::worker
