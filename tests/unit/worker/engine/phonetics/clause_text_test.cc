#include "worker/engine/phonetics/clause_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace longtake::worker {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

std::vector<std::string> Texts(std::string_view phrase,
                               const std::vector<size_t>& spoken) {
  return ClauseTexts(phrase, spoken);
}

TEST(ClauseTextTest, StopsPartAPhraseWhereTheVoicePauses) {
  EXPECT_THAT(Texts("Good morning, and welcome. My name is Ada!", {2, 2, 4}),
              ElementsAre("Good morning,", "and welcome.", "My name is Ada!"));
  EXPECT_THAT(Texts("no stop at its end", {5}),
              ElementsAre("no stop at its end"));
}

TEST(ClauseTextTest, ClosingQuotesAndDashesStayWithTheirWords) {
  EXPECT_THAT(Texts("He said: «Come in.» – then he left", {2, 2, 3}),
              ElementsAre("He said:", "«Come in.»", "– then he left"));
  EXPECT_THAT(Texts("Wait ... now", {1, 1}), ElementsAre("Wait ...", "now"));
}

TEST(ClauseTextTest, OtherStopsThanPausesShareTheWords) {
  // "Dr." is no pause.
  EXPECT_THAT(Texts("Ask Dr. Brown about it, not me", {5, 2}),
              ElementsAre("Ask Dr. Brown about it,", "not me"));
  // One written word of three spoken ones.
  EXPECT_THAT(Texts("In 1984 a. b. we met", {4, 4}),
              ElementsAre("In 1984 a.", "b. we met"));
}

TEST(ClauseTextTest, NoClauseIsWithoutText) {
  const auto texts = Texts("3.14159 16", {2, 6, 1, 1});
  EXPECT_THAT(texts, SizeIs(4));
  EXPECT_THAT(texts, Each(Not(IsEmpty())));
  EXPECT_THAT(Texts("", {1}), ElementsAre(""));
}

}  // namespace
}  // namespace longtake::worker
