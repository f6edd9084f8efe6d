#include "tools/motion_model/speech_data/wav.h"

#include <gtest/gtest.h>

namespace longtake::speech_data {
namespace {

TEST(WavTest, WhatIsWrittenIsReadBack) {
  const Sound sound{22050, {0, 1, -1, 32767, -32768}};
  const std::string bytes = FormatWav(sound);
  EXPECT_EQ(bytes.size(), 44u + 10u);
  const StatusOr<Sound> read = ParseWav(bytes);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->rate_hz, 22050);
  EXPECT_EQ(read->samples, sound.samples);
}

TEST(WavTest, ChunksBeforeTheSoundAreSkipped) {
  std::string bytes = FormatWav({8000, {5, 6}});
  const std::string extra("LIST\x03\0\0\0abc\0", 12);
  bytes.insert(36, extra);
  const StatusOr<Sound> read = ParseWav(bytes);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->samples, (std::vector<int16_t>{5, 6}));
}

TEST(WavTest, OtherFilesAreRefused) {
  const std::string good = FormatWav({8000, {5, 6}});
  std::string stereo = good;
  stereo[22] = 2;
  std::string rateless = good;
  rateless[24] = rateless[25] = 0;
  for (const std::string& bytes :
       {std::string(), std::string("RIFF"), good.substr(0, 46),
        good.substr(0, 36), stereo, rateless}) {
    EXPECT_EQ(ParseWav(bytes).status().code(), StatusCode::kDataLoss);
  }
}

}  // namespace
}  // namespace longtake::speech_data
