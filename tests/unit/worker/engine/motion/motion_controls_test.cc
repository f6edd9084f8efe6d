#include "worker/engine/motion/motion_controls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace longtake::worker {
namespace {

using ::testing::HasSubstr;

TEST(MotionControlsTest, DefaultsAreOne) {
  const auto controls = ParseMotionControls({});
  ASSERT_TRUE(controls.ok());
  EXPECT_EQ(*controls, MotionControls());
}

TEST(MotionControlsTest, ReadsEveryControl) {
  const auto c = ParseMotionControls({{"pose", "0"},
                                      {"expression", "0.25"},
                                      {"lip", "2"},
                                      {"blink_rate", "59.5"},
                                      {"gaze", "camera"},
                                      {"emotion", "sad:0.25"},
                                      {"language", "pt_BR"}});
  ASSERT_TRUE(c.ok()) << c.status();
  EXPECT_EQ(c->pose, 0);
  EXPECT_EQ(c->expression, 0.25);
  EXPECT_EQ(c->lip, 2);
  EXPECT_EQ(c->blink_rate, 59.5);
  EXPECT_EQ(c->gaze, GazeStyle::kCamera);
  EXPECT_EQ(c->emotion, (FeltEmotion{Emotion::kSad, 0.25}));
  EXPECT_EQ(c->language, "pt-br");
}

TEST(MotionControlsTest, UnknownKeyNamesTheAcceptedOnes) {
  const Status s = ParseMotionControls({{"poze", "1"}}).status();
  EXPECT_EQ(s.code(), StatusCode::kInvalidArgument);
  for (const char* name : {"poze", "pose", "expression", "lip", "blink_rate",
                           "gaze", "emotion", "language"}) {
    EXPECT_THAT(Message(s), HasSubstr(name));
  }
}

TEST(MotionControlsTest, RefusesWhatIsNoNumberInRange) {
  for (const char* bad : {"", "x", "1x", " 1", "-0.1", "2.01", "nan", "inf",
                          "1e0", "0,5", "+1"}) {
    const Status s = ParseMotionControls({{"lip", bad}}).status();
    EXPECT_EQ(s.code(), StatusCode::kInvalidArgument) << bad;
    EXPECT_THAT(Message(s), HasSubstr("lip")) << bad;
  }
}

TEST(MotionControlsTest, RefusesWordsThatItDoesNotKnow) {
  struct Case {
    const char *key, *value, *says;
  };
  for (const Case& c :
       {Case{"gaze", "away", "give camera or wander"},
        Case{"gaze", "", "give camera or wander"},
        Case{"emotion", "joyful", "emotion 'joyful' is unknown: give neutral"},
        Case{"emotion", "sad:2", "intensity '2' is not a number from 0 to 1"},
        Case{"language", "klingon", "language 'klingon' is unknown"},
        Case{"blink_rate", "60.5", "from 0 to 60"},
        Case{"blink_rate", "-1", "from 0 to 60"}}) {
    const Status s = ParseMotionControls({{c.key, c.value}}).status();
    EXPECT_EQ(s.code(), StatusCode::kInvalidArgument) << c.value;
    EXPECT_THAT(Message(s), HasSubstr(c.says));
    EXPECT_THAT(Message(s), HasSubstr(c.key));
  }
}

TEST(MotionControlsTest, EqualControlsHaveOneCanonicalForm) {
  const auto a = ParseMotionControls({{"pose", "1.0"}, {"lip", "-0"}});
  const auto b = ParseMotionControls({{"lip", "0.000"}});
  ASSERT_TRUE(a.ok() && b.ok());
  EXPECT_EQ(CanonicalMotionControls(*a), CanonicalMotionControls(*b));
  EXPECT_NE(CanonicalMotionControls(*a), CanonicalMotionControls({}));
  const std::vector<std::pair<std::string, std::string>> kinds = {
      {"gaze", "camera"},
      {"emotion", "sad:0.5"},
      {"language", "fr"},
      {"blink_rate", "20"}};
  for (const auto& [key, value] : kinds) {
    EXPECT_NE(CanonicalMotionControls(*ParseMotionControls({{key, value}})),
              CanonicalMotionControls({}))
        << key;
  }
  EXPECT_EQ(
      CanonicalMotionControls(*ParseMotionControls({{"emotion", "sad:0"}})),
      CanonicalMotionControls({}));
}

}  // namespace
}  // namespace longtake::worker
