#include "worker/engine/evaluate/motion_scorer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "worker/engine/phonetics/teacher_curves.h"

namespace longtake::worker {
namespace {

constexpr FrameRate kRate = {50, 1};

// "_ m a p a t u b i s o m e _", twice.
std::vector<PhoneSegment> Speech() {
  std::vector<PhoneSegment> segments;
  double at = 0;
  for (int round = 0; round < 2; ++round) {
    for (const char* token : {"_", "m", "a", "p", "a", "t", "u", "b", "i", "s",
                              "o", "m", "e", "_"}) {
      segments.push_back({at, at + 0.12, PhonesOfIpa(token)[0]});
      at += 0.12;
    }
  }
  return segments;
}

// The teacher's own curves, `late` seconds later.
std::vector<MouthCurves> Perfect(double late = 0) {
  const std::vector<PhoneSegment> phones = Speech();
  std::vector<MouthCurves> curves;
  for (double t = 0.01; t < phones.back().end; t += 0.02) {
    curves.push_back(TeacherCurvesAt(phones, t - late));
  }
  return curves;
}

MotionScore ScoreOf(const std::vector<MouthCurves>& curves) {
  MotionScorer scorer;
  scorer.Add(kRate, curves, Speech());
  return scorer.Score();
}

TEST(MotionScorerTest, TheTeacherScoresFullMarks) {
  const MotionScore score = ScoreOf(Perfect());
  EXPECT_NEAR(score.mean_r, 1, 1e-6);
  EXPECT_NEAR(score.mean_std_ratio, 1, 1e-6);
  EXPECT_EQ(score.closures, 8);
  EXPECT_EQ(score.closure_f1, 1);
  EXPECT_NEAR(score.lag_ms, 0, 1);
  EXPECT_LT(score.rest_jaw, 0.1);
}

TEST(MotionScorerTest, ALateMouthShowsItsLag) {
  EXPECT_NEAR(ScoreOf(Perfect(0.06)).lag_ms, 60, 5);
  EXPECT_NEAR(ScoreOf(Perfect(-0.03)).lag_ms, -30, 5);
  EXPECT_LT(ScoreOf(Perfect(0.06)).mean_r, 0.9);
}

TEST(MotionScorerTest, ADampedMouthShowsInTheDeviationAlone) {
  std::vector<MouthCurves> curves = Perfect();
  for (MouthCurves& row : curves) {
    for (float& v : row) v *= 0.7f;
  }
  const MotionScore score = ScoreOf(curves);
  EXPECT_NEAR(score.mean_r, 1, 1e-6);
  EXPECT_NEAR(score.mean_std_ratio, 0.7, 1e-4);
}

TEST(MotionScorerTest, MissedAndFalseClosuresAreTold) {
  std::vector<MouthCurves> open = Perfect();
  for (MouthCurves& row : open) row[kCurveLipClose] = 0.1f;
  EXPECT_EQ(ScoreOf(open).closure_f1, 0);

  // On the second t of "a t u": a closure nobody speaks.
  std::vector<MouthCurves> babbling = Perfect();
  const size_t t_frame = static_cast<size_t>(5.5 * 0.12 * 50);
  babbling[t_frame][kCurveLipClose] = 1;
  const MotionScore score = ScoreOf(babbling);
  EXPECT_EQ(score.closure_recall, 1);
  EXPECT_NEAR(score.closure_precision, 8.0 / 9, 1e-9);
}

TEST(MotionScorerTest, LipsThatRestInSilenceAreNoFalseClosure) {
  std::vector<MouthCurves> curves = Perfect();
  for (size_t i = 0; i < 3; ++i) curves[i][kCurveLipClose] = 1;
  EXPECT_EQ(ScoreOf(curves).closure_precision, 1);
}

TEST(MotionScorerTest, AJawThatHangsInSilenceShows) {
  std::vector<MouthCurves> curves = Perfect();
  for (MouthCurves& row : curves) row[kCurveJaw] = 0.4f;
  EXPECT_NEAR(ScoreOf(curves).rest_jaw, 0.4, 1e-6);
  EXPECT_EQ(ScoreOf(curves).r[kCurveJaw], 0);
}

TEST(MotionScorerTest, CurvesAreReadFromTheChannelsTheRendererDraws) {
  MotionFrame frame{};
  frame[kJawOpen] = 0.5f;
  frame[kMouthClose] = 0.25f;
  frame[kMouthStretchLeft] = 0.2f;
  frame[kMouthStretchRight] = 0.4f;
  const MouthCurves curves = CurvesOf(frame);
  EXPECT_FLOAT_EQ(curves[kCurveJaw], 0.5f);
  EXPECT_FLOAT_EQ(curves[kCurveLipClose], 0.25f);
  EXPECT_FLOAT_EQ(curves[kCurveStretch], 0.3f);
}

}  // namespace
}  // namespace longtake::worker
