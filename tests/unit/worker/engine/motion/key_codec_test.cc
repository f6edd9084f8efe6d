#include <gtest/gtest.h>

#include <string>

#include "tests/unit/worker/engine/audio/synthetic_speech.h"
#include "worker/engine/motion/key_motions.h"

namespace longtake::worker {
namespace {

KeyMotions SomeKeys() {
  const VectorPcm pcm = SyntheticSpeech(30);
  const std::map<std::string, std::string> controls;
  const Guides guides = {
      {"emotion_track", {"time,emotion,intensity\n1,sad,0.5\n", "c"}},
      {"pose_track", {"time,yaw,pitch,roll\n2,1,2,3\n3,4,5,6\n", "p"}}};
  return *PlanKeyMotions({pcm, 900, {30, 1}, 3, controls, &guides});
}

TEST(KeyCodecTest, ComesBackAsItWent) {
  const KeyMotions keys = SomeKeys();
  ASSERT_FALSE(keys.blinks.empty());
  ASSERT_FALSE(keys.glances.empty());
  ASSERT_EQ(keys.emotions.size(), 1u);
  ASSERT_EQ(keys.turns.size(), 2u);
  const std::string bytes = SerializeKeyMotions(keys);
  EXPECT_LT(bytes.size(), 30u * 120);
  const auto parsed = ParseKeyMotions(bytes);
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(*parsed, keys);
  EXPECT_EQ(SerializeKeyMotions(*parsed), bytes);
}

TEST(KeyCodecTest, LayoutIsAsDocumented) {
  KeyMotions keys;
  keys.first_pose = -2;
  keys.poses = {{-1, 2, 300, 4, 5, 6, 7}};
  keys.blinks = {{0x0102030405, 90, 10, 240, 255}};
  keys.glances = {{1, 2, -3, 4}};
  keys.fixations = {{-1, 5, 6}};
  keys.emotions = {{-2, Emotion::kSad, 128}};
  keys.turns = {{3, -1, 2, 300}};
  keys.phones = {{258, 0x01020304, 7, 255}};
  const std::string expected(
      "LTKEYS02"
      "\xfe\xff\xff\xff\xff\xff\xff\xff"
      "\1\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0"
      "\1\0\0\0"
      "\xff\xff\2\0\x2c\1\4\5\6\7"
      "\5\4\3\2\1\0\0\0\x5a\0\x0a\0\xf0\0\xff"
      "\1\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0\xfd\xff\4\0"
      "\xff\xff\xff\xff\xff\xff\xff\xff\5\0\6\0"
      "\xfe\xff\xff\xff\xff\xff\xff\xff\2\x80"
      "\3\0\0\0\0\0\0\0\xff\xff\2\0\x2c\1"
      "\2\1\0\0\0\0\0\0\4\3\2\1\7\xff",
      8 + 8 + 28 + 10 + 15 + 20 + 12 + 10 + 14 + 14);
  EXPECT_EQ(SerializeKeyMotions(keys), expected);
}

TEST(KeyCodecTest, DamageIsDataLoss) {
  const std::string bytes = SerializeKeyMotions(SomeKeys());
  const auto refused = [](const std::string& b) {
    return ParseKeyMotions(b).status().code() == StatusCode::kDataLoss;
  };
  EXPECT_TRUE(refused(""));
  EXPECT_TRUE(refused("LTKEYS02"));
  EXPECT_TRUE(refused("LTKEYS99" + bytes.substr(8)));
  EXPECT_TRUE(refused(bytes.substr(0, bytes.size() - 1)));
  EXPECT_TRUE(refused(bytes + "x"));
  std::string huge = bytes;
  huge[19] = '\x7f';  // a count near 2^31 must not be allocated
  EXPECT_TRUE(refused(huge));
}

TEST(KeyCodecTest, ImpossibleEventsAreDataLoss) {
  const auto refused = [](const KeyMotions& keys) {
    return ParseKeyMotions(SerializeKeyMotions(keys)).status().code() ==
           StatusCode::kDataLoss;
  };
  KeyMotions keys;
  keys.blinks = {{0, 0, 10, 240, 255}};  // would divide by 0
  EXPECT_TRUE(refused(keys));
  keys.blinks = {{5000, 90, 10, 240, 255}, {0, 90, 10, 240, 255}};
  EXPECT_TRUE(refused(keys));
  keys.blinks = {{0, 90, 10, 240, 255}};
  EXPECT_FALSE(refused(keys));
  keys.glances = {{10, 5, 1, 1}};
  EXPECT_TRUE(refused(keys));
  keys.glances = {};
  keys.emotions = {{0, static_cast<Emotion>(kEmotionCount), 1}};
  EXPECT_TRUE(refused(keys));
  keys.emotions = {{5, Emotion::kSad, 1}, {4, Emotion::kSad, 1}};
  EXPECT_TRUE(refused(keys));
  keys.emotions = {};
  keys.turns = {{5, 0, 0, 0}, {5, 0, 0, 0}};  // would divide by 0
  EXPECT_TRUE(refused(keys));
  keys.turns = {};
  keys.first_pose = int64_t{1} << 60;
  EXPECT_TRUE(refused(keys));
}

}  // namespace
}  // namespace longtake::worker
