#include "worker/engine/guides/emotion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace longtake::worker {
namespace {

using ::testing::HasSubstr;

TEST(EmotionTest, EveryNameIsRead) {
  for (int e = 0; e < kEmotionCount; ++e) {
    const auto parsed = ParseEmotion(EmotionNames()[e]);
    ASSERT_TRUE(parsed.ok());
    EXPECT_EQ(static_cast<int>(*parsed), e);
  }
}

TEST(EmotionTest, UnknownOnesTellTheKnown) {
  const Status status = ParseEmotion("hapy").status();
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  for (std::string_view name : EmotionNames()) {
    EXPECT_THAT(Message(status), HasSubstr(std::string(name)));
  }
  EXPECT_THAT(Message(status), HasSubstr("'hapy'"));
}

TEST(EmotionTest, FeltEmotionHasOneForm) {
  EXPECT_EQ(*ParseFeltEmotion("sad:0.5"), (FeltEmotion{Emotion::kSad, 0.5}));
  EXPECT_EQ(*ParseFeltEmotion("sad"), (FeltEmotion{Emotion::kSad, 1}));
  EXPECT_EQ(*ParseFeltEmotion("sad:0"), FeltEmotion());
  EXPECT_EQ(*ParseFeltEmotion("neutral:1"), FeltEmotion());
  for (const char* bad : {"", ":1", "sad:", "sad:1.01", "sad:-0.1", "sad:nan",
                          "sad:inf", "sad:high", "Sad", "sad:0.5:1"}) {
    EXPECT_EQ(ParseFeltEmotion(bad).status().code(),
              StatusCode::kInvalidArgument)
        << bad;
  }
}

}  // namespace
}  // namespace longtake::worker
