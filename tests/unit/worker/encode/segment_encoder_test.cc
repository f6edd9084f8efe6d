#include "worker/encode/segment_encoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/worker/media/media_fixtures.h"
#include "worker/encode/yuv_converter.h"

namespace longtake::worker {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

EncodeSettings Small(int crf = 18) {
  return {.width = 96, .height = 64, .crf = crf};
}

// Frames `range` of one endless moving picture.
StatusOr<EncodedSegment> EncodeRange(const EncodeSettings& settings,
                                     FrameRange range,
                                     const std::string& path) {
  LT_ASSIGN_OR_RETURN(auto encoder,
                      SegmentEncoder::Create(settings, range, path));
  for (FrameIndex f = range.begin; f < range.end; ++f) {
    LT_RETURN_IF_ERROR(encoder->Add(
        Gradient(settings.width, settings.height, static_cast<int>(f))));
  }
  return encoder->Finish();
}

TEST(SegmentEncoderTest, SameFramesGiveTheSameBytesWhereverTheyLie) {
  TempDir dir;
  const auto a = EncodeRange(Small(), {0, 40}, dir.Path("a.mp4"));
  const auto b = EncodeRange(Small(), {0, 40}, dir.Path("elsewhere_b.mp4"));
  ASSERT_TRUE(a.ok()) << a.status();
  ASSERT_TRUE(b.ok()) << b.status();
  EXPECT_EQ(ReadBytes(dir.Path("a.mp4")),
            ReadBytes(dir.Path("elsewhere_b.mp4")));
  EXPECT_EQ(a->bytes, std::ssize(ReadBytes(dir.Path("a.mp4"))));

  // The same pictures as frames 1000 to 1040.
  auto later = SegmentEncoder::Create(Small(), {1000, 1040}, dir.Path("c.mp4"));
  ASSERT_TRUE(later.ok());
  for (int f = 0; f < 40; ++f) {
    ASSERT_TRUE((*later)->Add(Gradient(96, 64, f)).ok());
  }
  ASSERT_TRUE((*later)->Finish().ok());
  EXPECT_EQ(ReadBytes(dir.Path("a.mp4")), ReadBytes(dir.Path("c.mp4")));
}

TEST(SegmentEncoderTest, ParameterSetsDoNotDependOnTheLength) {
  TempDir dir;
  std::string digest;
  for (const int64_t frames : {1, 2, 3, 7, 61, 150}) {
    const auto segment =
        EncodeRange(Small(), {10, 10 + frames}, dir.Path("a.mp4"));
    ASSERT_TRUE(segment.ok()) << segment.status();
    if (digest.empty()) digest = segment->extradata_sha256;
    EXPECT_EQ(segment->extradata_sha256, digest) << frames;
  }
  const auto other = EncodeRange(Small(0), {0, 7}, dir.Path("a.mp4"));
  ASSERT_TRUE(other.ok());
  EXPECT_NE(other->extradata_sha256, digest);
}

TEST(SegmentEncoderTest, LosslessChunkDecodesToTheVeryPlanes) {
  TempDir dir;
  for (const int64_t frames : {1, 2, 5, 67}) {
    const auto segment = EncodeRange(Small(0), {0, frames}, dir.Path("a.mp4"));
    ASSERT_TRUE(segment.ok()) << segment.status();
    const DecodedVideo video = DecodeVideo(dir.Path("a.mp4"));
    ASSERT_EQ(std::ssize(video.frames), frames);
    for (int64_t f = 0; f < frames; ++f) {
      EXPECT_EQ(video.frames[static_cast<size_t>(f)],
                *ConvertToYuv420(Gradient(96, 64, static_cast<int>(f))));
      EXPECT_EQ(video.pts[static_cast<size_t>(f)], f);
    }
  }
}

TEST(SegmentEncoderTest, KeyframesComeAtTheStartAndEveryTwoSeconds) {
  TempDir dir;
  EncodeSettings s = Small();
  s.rate = {24000, 1001};
  auto encoder = SegmentEncoder::Create(s, {0, 100}, dir.Path("a.mp4"));
  ASSERT_TRUE(encoder.ok()) << encoder.status();
  // A still picture has no scene cuts, which would bring their own keyframes.
  for (int f = 0; f < 100; ++f) {
    ASSERT_TRUE((*encoder)->Add(Gradient(96, 64)).ok());
  }
  ASSERT_TRUE((*encoder)->Finish().ok());
  const DecodedVideo video = DecodeVideo(dir.Path("a.mp4"));
  EXPECT_EQ(video.time_base.den, 24000);
  EXPECT_THAT(video.keyframes, ElementsAre(0, 48 * 1001, 96 * 1001));
}

TEST(SegmentEncoderTest, BytesNameNoPlaceAndNoTime) {
  TempDir dir;
  ASSERT_TRUE(EncodeRange(Small(), {0, 10}, dir.Path("a.mp4")).ok());
  const std::string bytes = ReadBytes(dir.Path("a.mp4"));
  EXPECT_THAT(bytes, HasSubstr("x264"));
  EXPECT_THAT(bytes, HasSubstr("threads=1 "));
  EXPECT_THAT(bytes, ::testing::Not(HasSubstr("Lav")));
  EXPECT_THAT(bytes, ::testing::Not(HasSubstr("tmp")));
}

TEST(SegmentEncoderTest, DroppedOrUnfinishedSegmentsLeaveNoFile) {
  TempDir dir;
  {
    auto encoder = SegmentEncoder::Create(Small(), {0, 10}, dir.Path("a.mp4"));
    ASSERT_TRUE(encoder.ok());
    ASSERT_TRUE((*encoder)->Add(Gradient(96, 64)).ok());
    EXPECT_EQ((*encoder)->Finish().status().code(),
              StatusCode::kFailedPrecondition);
  }
  EXPECT_THAT(dir.Names(), IsEmpty());
}

TEST(SegmentEncoderTest, WrongFramesAndSettingsAreRefused) {
  TempDir dir;
  auto encoder = SegmentEncoder::Create(Small(), {5, 6}, dir.Path("a.mp4"));
  ASSERT_TRUE(encoder.ok());
  EXPECT_EQ((*encoder)->Add(Gradient(64, 64)).code(),
            StatusCode::kInvalidArgument);
  ASSERT_TRUE((*encoder)->Add(Gradient(96, 64)).ok());
  EXPECT_EQ((*encoder)->Add(Gradient(96, 64)).code(),
            StatusCode::kInvalidArgument);

  EncodeSettings bad[4] = {Small(), Small(), Small(), Small()};
  bad[0].width = 95;
  bad[1].crf = 52;
  bad[2].preset = "warp";
  bad[3].rate = {0, 1};
  for (const EncodeSettings& s : bad) {
    EXPECT_EQ(
        SegmentEncoder::Create(s, {0, 5}, dir.Path("b.mp4")).status().code(),
        StatusCode::kInvalidArgument);
  }
  EXPECT_EQ(SegmentEncoder::Create(Small(), {5, 5}, dir.Path("b.mp4"))
                .status()
                .code(),
            StatusCode::kInvalidArgument);
}

TEST(SegmentEncoderTest, UnwritablePlaceIsNamed) {
  const Status s =
      SegmentEncoder::Create(Small(), {0, 5}, "/no/such/dir/a.mp4").status();
  EXPECT_EQ(s.code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(Message(s), HasSubstr("/no/such/dir/a.mp4"));
}

TEST(EncoderVersionTest, NamesX264) {
  const auto version = EncoderVersion();
  ASSERT_TRUE(version.ok()) << version.status();
  EXPECT_THAT(*version, HasSubstr("x264 core "));
  EXPECT_THAT(*version, HasSubstr("lavc "));
}

}  // namespace
}  // namespace longtake::worker
