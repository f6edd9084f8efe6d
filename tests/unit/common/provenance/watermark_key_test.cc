#include "common/provenance/watermark_key.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "common/testing/temp_dir.h"

namespace longtake {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kSecret[] =
    "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF";

class WatermarkKeyTest : public ::testing::Test {
 protected:
  std::string Write(const std::string& name, const std::string& text) {
    const std::string path = directory_.Join(name);
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }
  const TempDir directory_;
};

TEST_F(WatermarkKeyTest, AFileOf64DigitsIsAKey) {
  const auto key = ReadWatermarkKey(
      Write("key", std::string("# the farm's\n\n") + kSecret + "\r\n"));
  ASSERT_TRUE(key.ok()) << key.status();
  EXPECT_EQ(key->secret[0], 0x00);
  EXPECT_EQ(key->secret[1], 0x11);
  EXPECT_EQ(key->secret[31], 0xFF);
  EXPECT_EQ(key->id.size(), 16u);
  EXPECT_THAT(std::string(kSecret), Not(HasSubstr(key->id)));
}

TEST_F(WatermarkKeyTest, TheIdNamesTheSecret) {
  std::string other = kSecret;
  other[0] = '1';
  const auto one = ReadWatermarkKey(Write("one", kSecret));
  const auto again = ReadWatermarkKey(Write("again", kSecret));
  const auto two = ReadWatermarkKey(Write("two", other));
  ASSERT_TRUE(one.ok() && again.ok() && two.ok());
  EXPECT_EQ(one->id, again->id);
  EXPECT_NE(one->id, two->id);
  EXPECT_NE(one->id, PublicWatermarkKey().id);
  // Manifests hold it: SHA-256 over "longtake.watermark-key-id.1" and the 32
  // bytes, its first 16 digits.
  EXPECT_EQ(ReadWatermarkKey(Write("fives", std::string(64, '5')))->id,
            "393a7710d4e81d19");
}

TEST_F(WatermarkKeyTest, AnythingElseIsRefusedWithoutRepeatingIt) {
  const std::string secret = kSecret;
  for (const std::string& text :
       {std::string(), std::string("# nothing\n"), secret.substr(1),
        secret + "0", secret + "\n" + secret, std::string(64, '0'),
        std::string(5000, 'a')}) {
    const auto key = ReadWatermarkKey(Write("bad", text));
    ASSERT_EQ(key.status().code(), StatusCode::kInvalidArgument) << text;
    EXPECT_THAT(Message(key.status()), HasSubstr("openssl rand -hex 32"));
    EXPECT_THAT(Message(key.status()), Not(HasSubstr("445566")));
  }
  EXPECT_EQ(ReadWatermarkKey(directory_.Join("absent")).status().code(),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(ReadWatermarkKey(directory_.Join("")).status().code(),
            StatusCode::kInvalidArgument);
}

TEST_F(WatermarkKeyTest, AWorkerFindsItsKeysAndThePublicOne) {
  const std::string path = Write("key", kSecret);
  const auto keys = WatermarkKeys::Read({path});
  ASSERT_TRUE(keys.ok()) << keys.status();
  const std::string id = ReadWatermarkKey(path)->id;
  EXPECT_TRUE(keys->Find(kPublicWatermarkKeyId).ok());
  ASSERT_TRUE(keys->Find(id).ok());
  EXPECT_EQ((*keys->Find(id))->id, id);
  const auto missing = WatermarkKeys().Find(id);
  EXPECT_EQ(missing.status().code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(Message(missing.status()), HasSubstr("--watermark-key"));
}

}  // namespace
}  // namespace longtake
