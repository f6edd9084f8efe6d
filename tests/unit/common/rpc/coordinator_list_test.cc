#include "common/rpc/coordinator_list.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "common/rpc/channel.h"

namespace longtake {
namespace {

class CoordinatorListTest : public testing::Test {
 protected:
  // Port 1 is nobody's; nothing connects before a call.
  std::unique_ptr<CoordinatorList> Open(size_t count,
                                        const std::string& salt = "") {
    std::vector<Coordinator> coordinators;
    for (size_t i = 0; i < count; ++i) {
      coordinators.push_back(
          {fmt::format("c{}", i), OpenFarmChannel("127.0.0.1:1")});
    }
    CoordinatorList::Options options;
    options.first_backoff = absl::Seconds(1);
    options.longest_backoff = absl::Seconds(10);
    options.salt = salt;
    options.now = [this] { return now_; };
    return std::make_unique<CoordinatorList>(std::move(coordinators), options);
  }
  void Advance(absl::Duration by) { now_ = SteadyAfter(now_, by); }

  SteadyTime now_ = SteadyNow();
};

std::vector<size_t> Walk(CoordinatorList& list) {
  std::vector<size_t> walked;
  CoordinatorRound round(list);
  while (const auto next = round.Next()) walked.push_back(*next);
  return walked;
}

TEST_F(CoordinatorListTest, CurrentOneSticksUntilItFails) {
  const auto list = Open(3);
  EXPECT_EQ(list->Pick(), 0u);
  list->Answered(0);
  EXPECT_EQ(list->Pick(), 0u);
  list->Failed(0);
  EXPECT_EQ(list->Pick(), 1u);
  Advance(absl::Minutes(1));
  EXPECT_EQ(list->Pick(), 1u);  // 0 may be back: no reason to move
}

TEST_F(CoordinatorListTest, FailureOfAnotherLeavesTheCurrentOne) {
  const auto list = Open(3);
  list->Failed(1);
  EXPECT_EQ(list->Pick(), 0u);
  list->Failed(0);
  EXPECT_EQ(list->Pick(), 2u);  // 1 is in back-off
}

TEST_F(CoordinatorListTest, WhereAllFailedTheSoonestIsTried) {
  const auto list = Open(2);
  list->Failed(0);
  Advance(absl::Milliseconds(100));
  list->Failed(1);
  EXPECT_EQ(list->Pick(), 0u);
}

TEST_F(CoordinatorListTest, BackoffIsEachCoordinatorsOwnAndDoubles) {
  const auto list = Open(2);
  list->Failed(0);
  EXPECT_EQ(Walk(*list), (std::vector<size_t>{1}));
  Advance(absl::Milliseconds(1300));  // past 5/4 s
  EXPECT_EQ(Walk(*list), (std::vector<size_t>{1, 0}));
  list->Failed(0);
  Advance(absl::Milliseconds(1400));  // within 3/4 of 2 s
  EXPECT_EQ(Walk(*list), (std::vector<size_t>{1}));
  for (int i = 0; i < 30; ++i) list->Failed(0);
  Advance(absl::Seconds(11));  // at most 10 s
  EXPECT_EQ(Walk(*list), (std::vector<size_t>{1, 0}));
  list->Answered(0);
  list->Failed(0);
  Advance(absl::Milliseconds(1300));
  EXPECT_EQ(Walk(*list), (std::vector<size_t>{1, 0}));
}

TEST_F(CoordinatorListTest, RoundTriesEachOnceFromTheCurrentOne) {
  const auto list = Open(3);
  list->Prefer(1);
  EXPECT_EQ(Walk(*list), (std::vector<size_t>{1, 2, 0}));
}

TEST_F(CoordinatorListTest, RoundGoesOnWhileItsTriesFail) {
  const auto list = Open(3);
  std::vector<size_t> walked;
  CoordinatorRound round(*list);
  while (const auto next = round.Next()) {
    walked.push_back(*next);
    list->Failed(*next);
  }
  EXPECT_EQ(walked, (std::vector<size_t>{0, 1, 2}));
  // All are in back-off: one is tried all the same.
  EXPECT_EQ(Walk(*list).size(), 1u);
}

TEST_F(CoordinatorListTest, SingleAddressIsTriedTwice) {
  EXPECT_EQ(Walk(*Open(1)), (std::vector<size_t>{0, 0}));
}

TEST_F(CoordinatorListTest, TurnsGoRoundThoseThatAnswer) {
  const auto list = Open(3);
  list->Failed(1);
  std::vector<size_t> turns;
  for (int i = 0; i < 4; ++i) turns.push_back(list->NextTurn().index);
  EXPECT_EQ(turns, (std::vector<size_t>{0, 2, 0, 2}));
}

TEST_F(CoordinatorListTest, OneTurnInABackoffProbesAFailedOne) {
  const auto list = Open(2);
  list->Failed(0);
  Advance(absl::Milliseconds(1300));
  const CoordinatorList::Turn probe = list->NextTurn();
  EXPECT_EQ(probe.index, 0u);
  EXPECT_TRUE(probe.suspect);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(list->NextTurn().index, 1u);
  list->Answered(0);
  EXPECT_EQ(list->NextTurn().index, 0u);
  EXPECT_FALSE(list->NextTurn().suspect);
}

TEST_F(CoordinatorListTest, SaltsSpreadWorkersAndAlwaysTheSameWay) {
  std::vector<int> started(3, 0);
  for (int i = 0; i < 300; ++i) {
    const std::string salt = fmt::format("worker-{}", i);
    const size_t first = Open(3, salt)->Pick();
    EXPECT_EQ(first, Open(3, salt)->Pick());
    ++started[first];
  }
  for (const int count : started) EXPECT_GT(count, 60);
}

TEST_F(CoordinatorListTest, MessagesNameAllAddresses) {
  EXPECT_EQ(Open(3)->Addresses(), "c0, c1, c2");
  EXPECT_EQ((*OpenCoordinators("a:1,b:2", "--farm"))->Addresses(), "a:1, b:2");
  EXPECT_FALSE(OpenCoordinators("a:1,b", "--farm").ok());
}

}  // namespace
}  // namespace longtake
