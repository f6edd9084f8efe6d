#include "worker/media/pcm_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "tests/unit/worker/media/media_fixtures.h"

namespace longtake::worker {
namespace {

using ::testing::ElementsAre;

TEST(PcmFileTest, ReadsAnywhereAndSilenceOutside) {
  TempDir dir;
  // 1, -2, 32767, -32768 little-endian.
  WriteBytes(dir.Path("a.pcm"),
             std::string("\x01\x00\xfe\xff\xff\x7f\x00\x80", 8));
  const auto pcm = PcmFile::Open(dir.Path("a.pcm"));
  ASSERT_TRUE(pcm.ok()) << pcm.status();
  EXPECT_EQ((*pcm)->size_samples(), 4);
  std::array<float, 8> out;
  ASSERT_TRUE((*pcm)->Read(-2, out).ok());
  EXPECT_THAT(out, ElementsAre(0.f, 0.f, 1 / 32768.f, -2 / 32768.f,
                               32767 / 32768.f, -1.f, 0.f, 0.f));
  std::array<float, 2> past;
  ASSERT_TRUE((*pcm)->Read(100, past).ok());
  EXPECT_THAT(past, ElementsAre(0.f, 0.f));
}

TEST(PcmFileTest, LongReadsEqualShortOnes) {
  TempDir dir;
  std::string bytes;
  for (int i = 0; i < 60000; ++i) bytes.push_back(static_cast<char>(i * 37));
  WriteBytes(dir.Path("a.pcm"), bytes);
  const auto pcm = PcmFile::Open(dir.Path("a.pcm"));
  ASSERT_TRUE(pcm.ok());
  std::vector<float> whole(30000);
  ASSERT_TRUE((*pcm)->Read(0, whole).ok());
  std::vector<float> part(977);
  for (int64_t at = 0; at + 977 <= 30000; at += 977) {
    ASSERT_TRUE((*pcm)->Read(at, part).ok());
    EXPECT_TRUE(std::equal(part.begin(), part.end(), whole.begin() + at));
  }
}

TEST(PcmFileTest, OddSizeIsDataLossAndAbsenceNotFound) {
  TempDir dir;
  WriteBytes(dir.Path("a.pcm"), "abc");
  EXPECT_EQ(PcmFile::Open(dir.Path("a.pcm")).status().code(),
            StatusCode::kDataLoss);
  EXPECT_EQ(PcmFile::Open(dir.Path("b.pcm")).status().code(),
            StatusCode::kNotFound);
}

TEST(PcmFileTest, FileThatShrinksIsDataLossNotSilence) {
  TempDir dir;
  WriteBytes(dir.Path("a.pcm"), std::string(4000, 'x'));
  const auto pcm = PcmFile::Open(dir.Path("a.pcm"));
  ASSERT_TRUE(pcm.ok());
  std::filesystem::resize_file(dir.Path("a.pcm"), 1000);
  std::array<float, 100> out;
  EXPECT_EQ((*pcm)->Read(1000, out).code(), StatusCode::kDataLoss);
}

}  // namespace
}  // namespace longtake::worker
