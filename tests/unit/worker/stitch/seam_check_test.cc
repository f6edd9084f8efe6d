#include "worker/stitch/seam_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/unit/worker/stitch/stitch_fixtures.h"

namespace longtake::worker {
namespace {

using ::testing::HasSubstr;

constexpr FrameRange kLeft{0, 40}, kLeftRendered{0, 42};
constexpr FrameRange kRight{40, 80}, kRightRendered{38, 80};

// The seam at frame 40 with a fault in the right segment.
SeamScore ScoreWith(const Spoil& spoil, int speed = 1) {
  const auto score =
      CompareAt(40, EvidenceOf(kLeft, kLeftRendered, nullptr, speed),
                EvidenceOf(kRight, kRightRendered, spoil, speed));
  EXPECT_TRUE(score.ok()) << score.status();
  return *score;
}

TEST(SeamGateTest, JudgesByRatioAndPsnr) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  struct Row {
    double psnr, ratio;
    SeamVerdict verdict;
  };
  for (const Row& row :
       {Row{99, 1.0, SeamVerdict::kPass}, Row{99, 1.5, SeamVerdict::kPass},
        Row{99, 1.51, SeamVerdict::kWarn}, Row{99, 3.0, SeamVerdict::kWarn},
        Row{99, 3.01, SeamVerdict::kFail}, Row{45, 1.0, SeamVerdict::kPass},
        Row{44.9, 1.0, SeamVerdict::kFail}, Row{44.9, 2.0, SeamVerdict::kFail},
        Row{nan, 1.0, SeamVerdict::kFail}, Row{99, nan, SeamVerdict::kFail}}) {
    EXPECT_EQ(Judge({row.psnr, row.ratio}), row.verdict)
        << row.psnr << " dB, ratio " << row.ratio;
  }
}

TEST(SeamCheckTest, IdenticalRendersPassAtUnity) {
  const SeamScore score = ScoreWith(nullptr);
  EXPECT_EQ(score.frame, 40);
  EXPECT_EQ(score.psnr_db, kIdenticalPsnrDb);
  EXPECT_EQ(score.motion_distance, 0);
  EXPECT_DOUBLE_EQ(score.ratio, 1);
  EXPECT_EQ(score.verdict, SeamVerdict::kPass);
}

TEST(SeamCheckTest, SegmentShiftedByFourPixelsFails) {
  const SeamScore score =
      ScoreWith([](FrameIndex f, MotionFrame*, YuvFrame* picture) {
        *picture = PictureAt(f + 4);
      });
  EXPECT_EQ(score.verdict, SeamVerdict::kFail);
  EXPECT_DOUBLE_EQ(score.ratio, 5);  // five columns instead of one
  EXPECT_LT(score.psnr_db, 30);
}

TEST(SeamCheckTest, JumpOfColourFailsThoughLumaAgrees) {
  const SeamScore score =
      ScoreWith([](FrameIndex, MotionFrame*, YuvFrame* picture) {
        for (uint8_t& v : picture->v) v = static_cast<uint8_t>(v + 3);
      });
  EXPECT_DOUBLE_EQ(score.ratio, 1);
  EXPECT_NEAR(score.psnr_db, 10 * std::log10(255 * 255 / 9.0), 1e-9);
  EXPECT_EQ(score.verdict, SeamVerdict::kFail);
}

TEST(SeamCheckTest, LastBitNoiseOfMixedMachinesPasses) {
  const SeamScore score =
      ScoreWith([](FrameIndex f, MotionFrame*, YuvFrame* picture) {
        for (size_t i = 0; i < picture->y.size(); i += 7) {
          picture->y[i] = static_cast<uint8_t>(picture->y[i] + f % 2);
        }
      });
  EXPECT_LT(score.psnr_db, kIdenticalPsnrDb);
  EXPECT_GT(score.psnr_db, kFailPsnrDb);
  EXPECT_EQ(score.verdict, SeamVerdict::kPass);
}

TEST(SeamCheckTest, MotionThatBothRendersShowIsNoSeam) {
  // Still, but for one jump that lies exactly at the cut.
  const Spoil jump = [](FrameIndex f, MotionFrame*, YuvFrame* picture) {
    *picture = PictureAt(f < 40 ? 3 : 20);
  };
  const auto score = CompareAt(40, EvidenceOf(kLeft, kLeftRendered, jump),
                               EvidenceOf(kRight, kRightRendered, jump));
  ASSERT_TRUE(score.ok());
  EXPECT_DOUBLE_EQ(score->ratio, 1);
  EXPECT_EQ(score->verdict, SeamVerdict::kPass);
}

TEST(SeamCheckTest, FloorKeepsAStillSilenceFromEndlessRatios) {
  const Spoil still = [](FrameIndex, MotionFrame*, YuvFrame* picture) {
    *picture = PictureAt(5);
  };
  const Spoil speck = [](FrameIndex, MotionFrame*, YuvFrame* picture) {
    *picture = PictureAt(5);
    picture->y[0] = static_cast<uint8_t>(picture->y[0] + 30);
  };
  const auto score = CompareAt(40, EvidenceOf(kLeft, kLeftRendered, still),
                               EvidenceOf(kRight, kRightRendered, speck));
  ASSERT_TRUE(score.ok());
  EXPECT_DOUBLE_EQ(score->ratio,
                   30 / (kFloorLevels * kTestWidth * kTestHeight));
  EXPECT_EQ(score->verdict, SeamVerdict::kPass);
}

TEST(SeamCheckTest, MotionDistanceIsTheLargestOfAnyChannel) {
  const SeamScore score =
      ScoreWith([](FrameIndex f, MotionFrame* motion, YuvFrame*) {
        (*motion)[kHeadPitch] += 0.01f;
        if (f == 41) (*motion)[kJawOpen] += 0.25f;
      });
  EXPECT_NEAR(score.motion_distance, 0.25, 1e-6);
  EXPECT_EQ(score.psnr_db, kIdenticalPsnrDb);
}

TEST(SeamCheckTest, NanMotionIsNeverClose) {
  const SeamScore score =
      ScoreWith([](FrameIndex, MotionFrame* motion, YuvFrame*) {
        (*motion)[kJawOpen] = std::numeric_limits<float>::quiet_NaN();
      });
  EXPECT_TRUE(std::isinf(score.motion_distance));
}

TEST(SeamCheckTest, OneFrameSegmentsCanBeCompared) {
  const SegmentEvidence a = EvidenceOf({0, 1}, {0, 3});
  const SegmentEvidence b = EvidenceOf({1, 2}, {0, 3});
  const SegmentEvidence c = EvidenceOf({2, 3}, {0, 3});
  EXPECT_EQ(CompareAt(1, a, b)->verdict, SeamVerdict::kPass);
  EXPECT_EQ(CompareAt(2, b, c)->verdict, SeamVerdict::kPass);
}

TEST(SeamCheckTest, EvidenceThatDoesNotMeetIsDataLoss) {
  const SegmentEvidence left = EvidenceOf(kLeft, kLeftRendered);
  const SegmentEvidence late = EvidenceOf({41, 80}, {39, 80});
  const Status s = CompareAt(40, left, late).status();
  EXPECT_EQ(s.code(), StatusCode::kDataLoss);
  EXPECT_THAT(Message(s), HasSubstr("[41, 80)"));
}

TEST(SeamCheckTest, RendersWithoutOverlapAreRefusedByName) {
  const Status s =
      CompareAt(40, EvidenceOf(kLeft, kLeft), EvidenceOf(kRight, kRight))
          .status();
  EXPECT_EQ(s.code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(Message(s), HasSubstr("overlap"));
}

}  // namespace
}  // namespace longtake::worker
