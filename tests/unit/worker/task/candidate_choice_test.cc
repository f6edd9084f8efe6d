#include "worker/task/candidate_choice.h"

#include <map>
#include <tuple>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace longtake::worker {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr SeamVerdict kPass = SeamVerdict::kPass;
constexpr SeamVerdict kWarn = SeamVerdict::kWarn;
constexpr SeamVerdict kFail = SeamVerdict::kFail;

// Verdicts by (join, left, right); what isn't named passes.
using Verdicts = std::map<std::tuple<int, int, int>, SeamVerdict>;

SeamScorer ScorerOf(Verdicts verdicts) {
  return [verdicts = std::move(verdicts)](int join, int left, int right) {
    SeamScore seam;
    seam.frame = 100 * (join + 1);
    const auto found = verdicts.find({join, left, right});
    seam.verdict = found == verdicts.end() ? kPass : found->second;
    return StatusOr<SeamScore>(seam);
  };
}

TEST(CandidateChoiceTest, OneSegmentHasNoSeams) {
  const auto choice = *ChooseCandidates({1}, ScorerOf({}));
  EXPECT_THAT(choice.chosen, ElementsAre(0));
  EXPECT_THAT(choice.seams, IsEmpty());
  EXPECT_THAT(choice.failing_segments, IsEmpty());
}

TEST(CandidateChoiceTest, OldestRendersArePreferred) {
  const auto choice = *ChooseCandidates({2, 2, 2}, ScorerOf({}));
  EXPECT_THAT(choice.chosen, ElementsAre(0, 0, 0));
  EXPECT_FALSE(choice.seams[0].repaired);
  EXPECT_EQ(choice.seams[1].frame, 200);
}

TEST(CandidateChoiceTest, FailingSeamNamesBothItsSegmentsOnce) {
  const auto choice = *ChooseCandidates(
      {1, 1, 1, 1, 1}, ScorerOf({{{1, 0, 0}, kFail}, {{2, 0, 0}, kFail}}));
  EXPECT_THAT(choice.failing_segments, ElementsAre(1, 2, 3));
  EXPECT_EQ(choice.seams[0].verdict, kPass);
  EXPECT_EQ(choice.seams[1].verdict, kFail);
}

TEST(CandidateChoiceTest, RepairOfTheMiddleSegmentMendsBothItsSeams) {
  // Segment 1's first render fits neither neighbour, its second fits both.
  const auto choice =
      *ChooseCandidates({2, 2, 2}, ScorerOf({{{0, 0, 0}, kFail},
                                             {{0, 1, 0}, kFail},
                                             {{1, 0, 0}, kFail},
                                             {{1, 0, 1}, kFail}}));
  EXPECT_THAT(choice.chosen, ElementsAre(0, 1, 0));
  EXPECT_TRUE(choice.seams[0].repaired);
  EXPECT_TRUE(choice.seams[1].repaired);
  EXPECT_THAT(choice.failing_segments, IsEmpty());
}

TEST(CandidateChoiceTest, LaterSeamDecidesBetweenEqualsOfAnEarlierOne) {
  // At join 0 both (0,0) and (1,1) pass; only render 1 of segment 1 fits 2.
  const auto choice = *ChooseCandidates(
      {2, 2, 1},
      ScorerOf({{{0, 0, 1}, kFail}, {{0, 1, 0}, kFail}, {{1, 0, 0}, kFail}}));
  EXPECT_THAT(choice.chosen, ElementsAre(1, 1, 0));
  EXPECT_FALSE(choice.seams[0].repaired);
  EXPECT_TRUE(choice.seams[1].repaired);
}

TEST(CandidateChoiceTest, FewerFailuresCountMoreThanWarnings) {
  const auto choice = *ChooseCandidates(
      {1, 2}, ScorerOf({{{0, 0, 0}, kFail}, {{0, 0, 1}, kWarn}}));
  EXPECT_THAT(choice.chosen, ElementsAre(0, 1));
  EXPECT_EQ(choice.seams[0].verdict, kWarn);
  EXPECT_TRUE(choice.seams[0].repaired);
}

TEST(CandidateChoiceTest, SeamThatNothingMendsStaysFailing) {
  Verdicts all;
  for (int l : {0, 1}) {
    for (int r : {0, 1}) all[{0, l, r}] = kFail;
  }
  const auto choice = *ChooseCandidates({2, 2}, ScorerOf(all));
  EXPECT_THAT(choice.failing_segments, ElementsAre(0, 1));
  EXPECT_FALSE(choice.seams[0].repaired);
}

TEST(CandidateChoiceTest, JoinsAreScoredInOrderAllPairsTogether) {
  std::vector<int> joins;
  const SeamScorer scorer = [&](int join, int, int) {
    joins.push_back(join);
    return StatusOr<SeamScore>(SeamScore());
  };
  ASSERT_TRUE(ChooseCandidates({2, 1, 2}, scorer).ok());
  EXPECT_THAT(joins, ElementsAre(0, 0, 1, 1));
}

TEST(CandidateChoiceTest, ErrorsAreReturned) {
  const SeamScorer broken = [](int, int, int) -> StatusOr<SeamScore> {
    return DataLoss("evidence");
  };
  EXPECT_EQ(ChooseCandidates({1, 1}, broken).status(), DataLoss("evidence"));
  EXPECT_EQ(ChooseCandidates({1, 0}, ScorerOf({})).status().code(),
            StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace longtake::worker
