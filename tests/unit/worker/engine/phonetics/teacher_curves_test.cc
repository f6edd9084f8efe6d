#include "worker/engine/phonetics/teacher_curves.h"

#include <gtest/gtest.h>

#include <vector>

namespace longtake::worker {
namespace {

std::vector<PhoneSegment> Say(const std::vector<const char*>& tokens,
                              double seconds_each) {
  std::vector<PhoneSegment> segments;
  double at = 0;
  for (const char* token : tokens) {
    segments.push_back({at, at + seconds_each, PhonesOfIpa(token)[0]});
    at += seconds_each;
  }
  return segments;
}

TEST(TeacherCurvesTest, ALongPhoneReachesItsTarget) {
  const auto segments = Say({"a", "a", "a"}, 0.4);
  const MouthCurves curves = TeacherCurvesAt(segments, 0.6);
  EXPECT_NEAR(curves[kCurveJaw], 0.75, 0.01);
  EXPECT_NEAR(curves[kCurveLipClose], 0, 0.01);
  EXPECT_NEAR(curves[kCurveLowerDown], 0.4, 0.01);
}

TEST(TeacherCurvesTest, LipsCloseOnABilabialBetweenVowels) {
  for (const char* stop : {"p", "b", "m"}) {
    const auto segments = Say({"a", stop, "a"}, 0.12);
    EXPECT_GT(TeacherCurvesAt(segments, 0.18)[kCurveLipClose], 0.9) << stop;
    EXPECT_LT(TeacherCurvesAt(segments, 0.02)[kCurveLipClose], 0.35) << stop;
  }
  const auto segments = Say({"a", "t", "a"}, 0.08);
  EXPECT_LT(TeacherCurvesAt(segments, 0.12)[kCurveLipClose], 0.01);
}

TEST(TeacherCurvesTest, RoundingBeginsBeforeItsVowel) {
  const auto round = Say({"s", "u"}, 0.1), spread = Say({"s", "i"}, 0.1);
  EXPECT_GT(TeacherCurvesAt(round, 0.08)[kCurvePucker],
            TeacherCurvesAt(spread, 0.08)[kCurvePucker] + 0.2);
}

TEST(TeacherCurvesTest, AFarChangeChangesNothing) {
  auto segments = Say({"a", "t", "a", "p", "i", "s", "u", "m", "e", "d"}, 0.1);
  const MouthCurves before = TeacherCurvesAt(segments, 0.05);
  segments.back().phone = kSilence;
  EXPECT_EQ(before, TeacherCurvesAt(segments, 0.05));
  EXPECT_NE(TeacherCurvesAt(segments, 0.93)[kCurveJaw],
            TeacherCurvesAt(
                Say({"a", "t", "a", "p", "i", "s", "u", "m", "e", "d"}, 0.1),
                0.93)[kCurveJaw]);
}

TEST(TeacherCurvesTest, TheUsualMannerIsTheUsualMouth) {
  const auto segments = Say({"a", "t", "u", "m"}, 0.1);
  std::vector<PhoneManner> manners(segments.size());
  EXPECT_EQ(TeacherCurvesAt(segments, 0.2),
            TeacherCurvesAt(segments, manners, 0.2));
  manners[0].target[kCurveJaw] = 1.3f;
  EXPECT_GT(TeacherCurvesAt(segments, manners, 0.05)[kCurveJaw],
            1.15f * TeacherCurvesAt(segments, 0.05)[kCurveJaw]);
  EXPECT_EQ(TeacherCurvesAt(segments, manners, 0.05)[kCurvePucker],
            TeacherCurvesAt(segments, 0.05)[kCurvePucker]);
  // A phone that dominates more pulls its neighbourhood.
  manners[2].dominance = 3;
  EXPECT_GT(TeacherCurvesAt(segments, manners, 0.17)[kCurvePucker],
            TeacherCurvesAt(segments, 0.17)[kCurvePucker] + 0.02f);
}

TEST(TeacherCurvesTest, WithoutPhonesTheMouthRests) {
  EXPECT_EQ(TeacherCurvesAt({}, 1), MouthCurves{});
  EXPECT_EQ(TeacherCurvesAt(Say({"a"}, 0.1), 5), MouthCurves{});
}

}  // namespace
}  // namespace longtake::worker
