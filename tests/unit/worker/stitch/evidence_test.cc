#include "worker/stitch/evidence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/digest/sha256.h"
#include "tests/unit/worker/stitch/stitch_fixtures.h"

namespace longtake::worker {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<FrameIndex> KeptFrames(const SegmentEvidence& e) {
  std::vector<FrameIndex> kept;
  for (const OverlapFrame& f : e.frames) kept.push_back(f.index);
  return kept;
}

TEST(EvidenceTest, EveryKeptFrameComesBackBitForBit) {
  const SegmentEvidence e = EvidenceOf({20, 50}, {18, 52});
  EXPECT_EQ(e.range, (FrameRange{20, 50}));
  EXPECT_EQ(e.rendered, (FrameRange{18, 52}));
  EXPECT_EQ(e.width, kTestWidth);
  EXPECT_THAT(KeptFrames(e), ElementsAre(18, 19, 20, 21, 48, 49, 50, 51));
  for (const OverlapFrame& f : e.frames) {
    EXPECT_EQ(f.planes, PictureAt(f.index));
    EXPECT_EQ(f.motion, MotionAt(f.index));
    Sha256 hash;
    hash.Update(f.planes.y.data(), f.planes.y.size());
    hash.Update(f.planes.u.data(), f.planes.u.size());
    hash.Update(f.planes.v.data(), f.planes.v.size());
    EXPECT_EQ(f.sha256, hash.Hex());
  }
  EXPECT_EQ(e.Find(30), nullptr);
  EXPECT_EQ(e.Find(49)->index, 49);
}

TEST(EvidenceTest, ChangesOfAllFramesAreKept) {
  const SegmentEvidence e = EvidenceOf({20, 50}, {18, 52});
  ASSERT_EQ(e.luma_sad.size(), 34u);
  EXPECT_EQ(e.luma_sad[0], 0u);
  // A column of 16 pixels leaves the square, one joins it, by 100 levels.
  for (size_t i = 1; i < 34; ++i) EXPECT_EQ(e.luma_sad[i], 3200u) << i;
}

TEST(EvidenceTest, EndsOfTheJobKeepNothing) {
  EXPECT_THAT(KeptFrames(EvidenceOf({0, 30}, {0, 32})),
              ElementsAre(28, 29, 30, 31));
  EXPECT_THAT(KeptFrames(EvidenceOf({30, 60}, {28, 60})),
              ElementsAre(28, 29, 30, 31));
  EXPECT_THAT(KeptFrames(EvidenceOf({0, 30}, {0, 30})), ElementsAre());
}

TEST(EvidenceTest, OneFrameSegmentKeepsItsFewFrames) {
  EXPECT_THAT(KeptFrames(EvidenceOf({9, 10}, {7, 12})),
              ElementsAre(7, 8, 9, 10, 11));
}

TEST(EvidenceTest, SizeDoesNotGrowWithTheMiddle) {
  const size_t small = BlobOf({20, 50}, {18, 52}).size();
  const size_t large = BlobOf({20, 1050}, {18, 1052}).size();
  EXPECT_LT(large - small, 1000 * 8 + 1000);
}

TEST(EvidenceTest, SameFramesGiveTheSameBlob) {
  EXPECT_EQ(BlobOf({20, 50}, {18, 52}), BlobOf({20, 50}, {18, 52}));
}

TEST(EvidenceTest, FramesOutOfOrderOrMissingAreRefused) {
  EvidenceBuilder builder({1, 3}, {0, 4}, kTestWidth, kTestHeight);
  const auto add = [&](FrameIndex index, YuvFrame planes) {
    return builder.Add(index, MotionAt(index), &planes).code();
  };
  ASSERT_EQ(add(0, PictureAt(0)), StatusCode::kOk);
  EXPECT_EQ(add(0, PictureAt(0)), StatusCode::kInvalidArgument);
  EXPECT_EQ(add(2, PictureAt(2)), StatusCode::kInvalidArgument);
  EXPECT_EQ(add(1, YuvFrame(32, 32)), StatusCode::kInvalidArgument);
  EXPECT_EQ(builder.Finish().status().code(), StatusCode::kFailedPrecondition);
}

TEST(EvidenceTest, EveryTruncationIsDataLoss) {
  const std::string blob = BlobOf({2, 4}, {1, 5});
  for (size_t size = 0; size < blob.size(); ++size) {
    ASSERT_EQ(ParseEvidence(blob.substr(0, size)).status().code(),
              StatusCode::kDataLoss)
        << size;
  }
  EXPECT_THAT(Message(ParseEvidence(blob + "x").status()),
              HasSubstr("1 bytes follow"));
}

TEST(EvidenceTest, FlippedBytesNeverCrashAndNeverChangePlanesUnseen) {
  const std::string blob = BlobOf({2, 4}, {1, 5});
  const SegmentEvidence whole = *ParseEvidence(blob);
  for (size_t at = 0; at < blob.size(); ++at) {
    std::string bad = blob;
    bad[at] = static_cast<char>(bad[at] ^ 0x5a);
    const auto parsed = ParseEvidence(bad);
    if (!parsed.ok()) {
      ASSERT_EQ(parsed.status().code(), StatusCode::kDataLoss) << at;
      continue;
    }
    for (const OverlapFrame& f : parsed->frames) {
      const OverlapFrame* same = whole.Find(f.index);
      ASSERT_TRUE(same == nullptr || same->planes == f.planes) << at;
    }
  }
}

TEST(EvidenceTest, HugeSizesInTheHeaderAreRefusedWithoutMemory) {
  std::string blob = BlobOf({2, 4}, {1, 5});
  // rendered.end, the fourth of the frame numbers, then the width.
  for (const size_t at : {size_t{8 + 3 * 8 + 4}, size_t{8 + 4 * 8 + 2}}) {
    std::string bad = blob;
    bad[at] = '\x7f';
    EXPECT_THAT(Message(ParseEvidence(bad).status()),
                HasSubstr("header makes no sense"));
  }
}

}  // namespace
}  // namespace longtake::worker
