#include "worker/engine/motion/motion_controls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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
                                      {"blink_rate", "1.5"}});
  ASSERT_TRUE(c.ok()) << c.status();
  EXPECT_EQ(c->pose, 0);
  EXPECT_EQ(c->expression, 0.25);
  EXPECT_EQ(c->lip, 2);
  EXPECT_EQ(c->blink_rate, 1.5);
}

TEST(MotionControlsTest, UnknownKeyNamesTheAcceptedOnes) {
  const Status s = ParseMotionControls({{"poze", "1"}}).status();
  EXPECT_EQ(s.code(), StatusCode::kInvalidArgument);
  for (const char* name : {"poze", "pose", "expression", "lip", "blink_rate"}) {
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

TEST(MotionControlsTest, EqualControlsHaveOneCanonicalForm) {
  const auto a = ParseMotionControls({{"pose", "1.0"}, {"lip", "-0"}});
  const auto b = ParseMotionControls({{"lip", "0.000"}});
  ASSERT_TRUE(a.ok() && b.ok());
  EXPECT_EQ(CanonicalMotionControls(*a), CanonicalMotionControls(*b));
  EXPECT_NE(CanonicalMotionControls(*a), CanonicalMotionControls({}));
}

}  // namespace
}  // namespace longtake::worker
