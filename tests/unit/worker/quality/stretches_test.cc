#include "worker/quality/stretches.h"

#include <gtest/gtest.h>

namespace longtake::worker {
namespace {

constexpr int64_t kMinute = 60'000'000;

int64_t Sum(const std::vector<TimeSpan>& spans) {
  int64_t sum = 0;
  for (const TimeSpan& span : spans) sum += span.end_us - span.begin_us;
  return sum;
}

TEST(StretchesTest, ASampleIsBoundedWhateverTheLength) {
  for (const int64_t us : {int64_t{33333}, int64_t{5'000'000}, kMinute,
                           10 * kMinute, 45 * kMinute, 600 * kMinute}) {
    const auto spans = PlanStretches(us, Measure::kSample);
    ASSERT_FALSE(spans.empty()) << us;
    EXPECT_LE(Sum(spans), kMostMeasuredMicros) << us;
    EXPECT_GE(Sum(spans), std::min(us, kLeastMeasuredMicros) - 10) << us;
    EXPECT_GE(spans.front().begin_us, 0) << us;
    EXPECT_LE(spans.back().end_us, us) << us;
    for (size_t i = 0; i < spans.size(); ++i) {
      EXPECT_LE(spans[i].end_us - spans[i].begin_us, kStretchMicros) << us;
      const int64_t before = i > 0 ? spans[i - 1].end_us : 0;
      EXPECT_GE(spans[i].begin_us, before) << us;
    }
  }
}

TEST(StretchesTest, ASampleIsSpreadOverTheFilm) {
  const auto spans = PlanStretches(45 * kMinute, Measure::kSample);
  EXPECT_EQ(Sum(spans), kMostMeasuredMicros);
  EXPECT_EQ(spans.size(), 15u);
  EXPECT_LT(spans.front().begin_us, 2 * kMinute);
  EXPECT_GT(spans.back().end_us, 43 * kMinute);
  EXPECT_EQ(spans[1].begin_us - spans[0].begin_us, 3 * kMinute);
}

TEST(StretchesTest, AllIsTheWholeFilmInPieces) {
  const auto spans = PlanStretches(kMinute + 1, Measure::kAll);
  EXPECT_EQ(Sum(spans), kMinute + 1);
  EXPECT_EQ(spans.front().begin_us, 0);
  EXPECT_EQ(spans.back().end_us, kMinute + 1);
  for (size_t i = 1; i < spans.size(); ++i) {
    EXPECT_EQ(spans[i].begin_us, spans[i - 1].end_us);
  }
}

TEST(StretchesTest, NothingIsMeasuredOfNothing) {
  EXPECT_TRUE(PlanStretches(kMinute, Measure::kNone).empty());
  EXPECT_TRUE(PlanStretches(0, Measure::kAll).empty());
}

}  // namespace
}  // namespace longtake::worker
